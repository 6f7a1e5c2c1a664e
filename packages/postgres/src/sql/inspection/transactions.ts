import { moment, number, numberOrNull, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import { statement } from '../statement.js';

/** A transaction that is open in this database. */
export interface OpenTransaction {
  /** The server's process; null for one that was prepared (two-phase commit) and belongs to nobody. */
  readonly pid: number | null;
  /** The name of a prepared one. */
  readonly preparedAs: string | null;
  readonly user: string | null;
  readonly application: string | null;
  /** `active`, `idle in transaction`, … */
  readonly state: string;
  readonly sinceMs: number;
  /** What it does, or did last: the beginning of it. */
  readonly query: string;
  readonly nowMs: number;
}

/**
 * Transactions that have been open for long, the oldest first. While one is, no vacuum takes away what was deleted or changed
 * after it began, in any table. Those of other users are only seen by who may (pg_read_all_stats).
 */
export const listTransactions = statement<[olderThanMs: number], OpenTransaction>(
  'list_transactions',
  () => `
select pid, prepared_as, username, application, state, ${inMs('since')} as since, query, ${inMs('clock_timestamp()')} as now
from (
  select a.pid, null::text as prepared_as, a.usename::text as username, a.application_name as application, a.state,
    a.xact_start as since, left(a.query, 500) as query
  from pg_catalog.pg_stat_activity a
  where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
  union all
  select null, p.gid, p.owner::text, null, 'prepared', p.prepared, '' from pg_catalog.pg_prepared_xacts p
  where p.database = current_database()
) open
where since < clock_timestamp() - $1::float8 * interval '1 millisecond'
order by since
limit 10`,
  (row) => ({
    pid: numberOrNull(row['pid']),
    preparedAs: textOrNull(row['prepared_as']),
    user: textOrNull(row['username']),
    application: textOrNull(row['application']),
    state: text(row['state']),
    sinceMs: moment(row['since']),
    query: text(row['query']),
    nowMs: number(row['now']),
  }),
);
