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

/** Resolves when one session waits for another. */
export async function untilBlockedBy(
  observer: pg.Client,
  waiting: pg.Client,
  holder: pg.Client,
): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  const pids = [pidOf(waiting), pidOf(holder)];
  for (;;) {
    const { rows } = await observer.query(
      'select $2::int = any(pg_blocking_pids($1::int)) as is_blocked',
      pids,
    );
    if (rows[0].is_blocked) return;
    if (Date.now() > deadlineMs) throw new Error('the session does not wait for the other');
  }
}

function pidOf(client: pg.Client): number {
  return (client as pg.Client & { readonly processID: number }).processID;
}
