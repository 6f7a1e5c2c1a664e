import { starts } from '../batch/starts.js';
import { number } from '../cells.js';
import { statement } from '../statement.js';
import { type MoveValues, turning } from './move.js';

/**
 * Moves a reader on and inserts the runs of what it read: one statement, so both or neither. Answers 1 if it did, else 0.
 *
 * The runs are read from an empty list unless the reader was moved. So its row is locked before any run's, by everyone.
 */
export const advanceReader = statement<readonly [...MoveValues, starts: string], number>(
  'advance_reader',
  (s) => `with${turning(s)},
${starts.writes(s, "(select case when exists (select from turned) then $5::text else '[]' end)").trimStart()}
select count(*)::int as moved from turned`,
  (row) => number(row['moved']),
);
