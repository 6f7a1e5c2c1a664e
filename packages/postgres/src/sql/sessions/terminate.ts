import { nothing, statement } from '../statement.js';

/**
 * Ends a session that we lost and the server may not know it lost, as it would keep our lock. Its process id may be
 * another's by now; the moment it began tells.
 */
export const terminateBackend = statement<[pid: number, startedAt: string], undefined>(
  'terminate_backend',
  () => `
select pg_terminate_backend(a.pid)::int as terminated from pg_stat_activity a
where a.pid = $1::int and extract(epoch from a.backend_start)::text = $2::text`,
  nothing,
);
