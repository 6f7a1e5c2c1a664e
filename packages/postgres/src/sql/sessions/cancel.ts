import { nothing, statement } from '../statement.js';

/** Ends the statement that another session of ours is waiting in. */
export const cancelBackend = statement<[pid: number], undefined>(
  'cancel_backend',
  () => `select pg_cancel_backend($1::int)::int as cancelled`,
  nothing,
);
