import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase } from 'pg';

/** What the sessions of a database were found doing: how many at a time, on average. */
export interface Activity {
  /** On a processor, or ready for one. */
  readonly working: number;
  /** Waiting for the log to be written. */
  readonly log: number;
  /** Waiting for a lock on a row or a transaction. */
  readonly locks: number;
  /** Waiting for anything else within the server. */
  readonly others: number;
}

const PACE_MS = 25;

/** Looks again and again, until the time is over. */
export async function watchSessions(client: ClientBase, forMs: number): Promise<Activity> {
  const sums = { working: 0, log: 0, locks: 0, others: 0 };
  let looks = 0;
  for (const endMs = performance.now() + forMs; performance.now() < endMs; looks++) {
    const { rows } = await client.query<{ type: string | null; event: string | null }>(
      `select wait_event_type as type, wait_event as event from pg_stat_activity
       where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
         -- Each worker watches the session of its neighbour in this way: it has nothing else to do.
         and wait_event is distinct from 'advisory'`,
    );
    for (const { type, event } of rows) {
      if (type === null) sums.working += 1;
      else if (/^wal/i.test(event ?? '')) sums.log += 1;
      else if (type === 'Lock') sums.locks += 1;
      else sums.others += 1;
    }
    await delay(PACE_MS);
  }
  const { working, log, locks, others } = sums;
  return { working: working / looks, log: log / looks, locks: locks / looks, others: others / looks };
}
