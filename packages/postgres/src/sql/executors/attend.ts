import { nothing, statement } from '../statement.js';

/** Notes that an executor's session now holds its lock, so that others may watch it. */
export const attendExecutor = statement<[id: string], undefined>(
  'attend_executor',
  (s) => `
update ${s.executors} x set attended_at = clock_timestamp()
where x.id = $1::text and x.attended_at is null and x.stopped_at is null`,
  nothing,
);
