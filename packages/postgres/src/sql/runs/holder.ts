import { text } from '../cells.js';
import { deduplicationScope, holdsDeduplicationKey } from '../deduplication.js';
import { statement } from '../statement.js';

/** The run that has the deduplication key of another one. */
export interface Holder {
  readonly id: string;
  readonly deduplicationKey: string;
}

/** Which run has the deduplication key of this one; none if it is free. */
export const findHolder = statement<[runId: string], Holder>(
  'find_holder',
  (s) => `
select h.id, h.deduplication_key
from (select * from ${s.runs} r where r.id = $1::text offset 0) r cross join lateral (
  select h.id, h.deduplication_key from ${s.runs} h
  where ${deduplicationScope('h')} = ${deduplicationScope('r')}
    and h.deduplication_key = r.deduplication_key and ${holdsDeduplicationKey('h')} offset 0
) h`,
  (row) => ({ id: text(row['id']), deduplicationKey: text(row['deduplication_key']) }),
);
