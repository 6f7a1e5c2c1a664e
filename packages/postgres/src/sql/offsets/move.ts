import { number } from '../cells.js';
import type { Schema } from '../names.js';
import { statement } from '../statement.js';

/** Where a reader is moved: `from` is null if it has not read this log yet. */
export type MoveValues = readonly [reader: string, log: string, from: string | null, to: string];

/**
 * Moves a reader on, `$1` to `$4`, if it stands where it was believed to: `turned` then has a row, else none.
 *
 * HAZARD: two who believe to read one log wait here for each other. The second sees, once the first has committed, that
 * the row is not as it was: the update looks at it anew, and the insert finds it there.
 */
export const turning = (s: Schema): string => `
began as (
  insert into ${s.offsets} (reader, log, position)
  select $1::text, $2::text, $4::text where $3::text is null
  on conflict do nothing
  returning true
),
moved as (
  update ${s.offsets} o set position = $4::text, moved_at = clock_timestamp()
  where o.reader = $1::text and o.log = $2::text and o.position = $3::text
  returning true
),
turned as materialized (
  select true from began union all select true from moved
)`;

/** Moves a reader on. Answers 1 if it did, else 0. */
export const moveReader = statement<MoveValues, number>(
  'move_reader',
  (s) => `with${turning(s)}
select count(*)::int as moved from turned`,
  (row) => number(row['moved']),
);
