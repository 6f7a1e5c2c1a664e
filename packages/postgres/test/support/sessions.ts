import pg from 'pg';

/** A client that does what a test tells it, statement by statement. */
export async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Resolves when so many sessions of this database wait for a lock. */
export async function untilBlocked(observer: pg.Client, count = 1): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  for (;;) {
    const { rows } = await observer.query(
      `select count(*)::int as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and wait_event <> 'advisory'`,
    );
    if (rows[0].waiting >= count) return;
    if (Date.now() > deadlineMs) throw new Error('nobody waits for a lock');
  }
}
