import type { OffsetRecord } from '@holdfast/core/internal';
import { number, text } from '../cells.js';
import { statement } from '../statement.js';

/** Where a reader stands, in all logs that it reads. */
export const readOffsets = statement<[reader: string], OffsetRecord>(
  'read_offsets',
  (s) => `
select o.log, o.position from ${s.offsets} o where o.reader = $1::text order by o.log`,
  (row) => ({ log: text(row['log']), position: text(row['position']) }),
);

/** Forgets where a reader stands in a log, or in all. Answers in how many. */
export const forgetOffsets = statement<[reader: string, log: string | null], number>(
  'forget_offsets',
  (s) => `
with forgotten as (
  delete from ${s.offsets} o where o.reader = $1::text and ($2::text is null or o.log = $2::text)
  returning true
)
select count(*)::int as forgotten from forgotten`,
  (row) => number(row['forgotten']),
);
