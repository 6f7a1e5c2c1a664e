import { number } from '../cells.js';
import { statement } from '../statement.js';

/** Takes the lock that shows that an executor lives; 1 if it could. It is the session's, and ends with it. */
export const tryLock = statement<[lockKey: string], number>(
  'try_lock',
  () => `select pg_try_advisory_lock($1::text::bigint)::int as locked`,
  (row) => number(row['locked']),
);
