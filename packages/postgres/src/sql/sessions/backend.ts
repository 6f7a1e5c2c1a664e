import { number, text } from '../cells.js';
import { statement } from '../statement.js';

/** The server's process behind a session. */
export interface Backend {
  readonly pid: number;
  /** When it began, so that it is not taken for a later process with the same id. */
  readonly startedAt: string;
}

export const readBackend = statement<[], Backend>(
  'read_backend',
  () => `
select a.pid, extract(epoch from a.backend_start)::text as started_at
from pg_stat_activity a where a.pid = pg_backend_pid()`,
  (row) => ({ pid: number(row['pid']), startedAt: text(row['started_at']) }),
);
