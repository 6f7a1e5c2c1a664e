import { text } from '../cells.js';
import { statement } from '../statement.js';

/**
 * Answers the executor's id if it should be there (it was neither stopped nor declared dead) and is not: nobody holds
 * its lock.
 *
 * The lock is asked for in its shared form and given back at once, so that two who ask do not take each other for it.
 */
export const findMissing = statement<[id: string, lockKey: string], string>(
  'find_missing',
  (s) => `
select x.id from ${s.executors} x
where x.id = $1::text and x.stopped_at is null
  and case when pg_try_advisory_lock_shared($2::text::bigint)
    then pg_advisory_unlock_shared($2::text::bigint) else false end`,
  (row) => text(row['id']),
);
