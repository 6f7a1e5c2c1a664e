import type { CallKind, StepRecord } from '@holdfast/core/internal';
import { moment, momentOrNull, number, numberOrNull, payloadOrNull, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import { statement } from '../statement.js';

/** A run's journal, or a part of it, as it is shown. */
export const listSteps = statement<
  [runId: string, afterSeq: number, limit: number, withPayloads: number],
  StepRecord
>(
  'list_steps',
  (s) => `
select c.seq, c.ordinal, c.kind, c.name, c.attempt, c.epoch,
  p.output::text as output, p.output_extra::text as output_extra,
  p.error::text as error, p.error_extra::text as error_extra, c.child_id,
  ${inMs('c.retry_at')} as retry_at, ${inMs('c.started_at')} as started_at, ${inMs('c.completed_at')} as completed_at,
  (c.undo is true)::int as undo
from ${s.steps} c
left join lateral (select c.output, c.output_extra, c.error, c.error_extra where $4::int = 1) p on true
where c.run_id = $1::text and c.seq > $2::int
order by c.seq
limit $3::int`,
  (row) => ({
    seq: number(row['seq']),
    ordinal: numberOrNull(row['ordinal']),
    kind: text(row['kind']) as CallKind,
    name: text(row['name']),
    attempt: number(row['attempt']),
    epoch: number(row['epoch']),
    output: payloadOrNull(row['output'], row['output_extra']),
    error: payloadOrNull(row['error'], row['error_extra']),
    childId: textOrNull(row['child_id']),
    retryAtMs: momentOrNull(row['retry_at']),
    startedAtMs: moment(row['started_at']),
    completedAtMs: momentOrNull(row['completed_at']),
    ...(number(row['undo']) > 0 && { hasUndo: true }),
  }),
);
