import { text, textOrNull } from '../cells.js';
import { statement } from '../statement.js';

/** What stood in the way of a debounce: each null if it did not. */
export interface Obstacle {
  /** The run that the call was recorded with before. */
  readonly recordedId: string | null;
  /** The run that has the id. */
  readonly run: { readonly key: string; readonly workflow: string } | null;
}

/** Looks at what a debounce may have met: its own call in the journal, and a run with its id. */
export const readDebounced = statement<
  [runId: string, callerId: string | null, epoch: number | null, seq: number | null],
  Obstacle
>(
  'read_debounced',
  (s) => `
select c.child_id as recorded_id, r.key::text as key, r.workflow
from (select $1::text as id, $2::text as caller_id, $3::int as epoch, $4::int as seq) g
left join lateral (select * from ${s.runs} r where r.id = g.id offset 0) r on true
left join lateral (
  select * from ${s.steps} c where c.run_id = g.caller_id and c.seq = g.seq offset 0
) c on c.epoch = g.epoch and c.ordinal is not null`,
  (row) => ({
    recordedId: textOrNull(row['recorded_id']),
    run: textOrNull(row['key']) === null ? null : { key: text(row['key']), workflow: text(row['workflow']) },
  }),
);
