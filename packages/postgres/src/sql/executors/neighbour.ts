import { text } from '../cells.js';
import { statement } from '../statement.js';

/** An executor to be watched, and the lock that its session holds. */
export interface Neighbour {
  readonly id: string;
  readonly lockKey: string;
}

/**
 * The next executor after this one in the ring of those that show by a lock that they live. `passedOver` (JSON) are
 * those that were reported just now and are about to be declared dead.
 */
export const findNeighbour = statement<[id: string, passedOver: string], Neighbour>(
  'find_neighbour',
  (s) => `
select x.id, x.lock_key::text as lock_key from ${s.executors} x
where x.id <> $1::text and x.stopped_at is null and x.attended_at is not null
  and x.id not in (select p.id from json_array_elements_text($2::json) as p(id))
order by x.id <= $1::text, x.id
limit 1`,
  (row) => ({ id: text(row['id']), lockKey: text(row['lock_key']) }),
);
