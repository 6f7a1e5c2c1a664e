import type { CallKind, StepRecord } from '@holdfast/core/internal';
import { moment, momentOrNull, number, numberOrNull, payloadOrNull, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import { statement } from '../statement.js';

/** A run's journal as it is shown. */
export const listSteps = statement<[runId: string], StepRecord>(
  'list_steps',
  (s) => `
select c.seq, c.ordinal, c.kind, c.name, c.attempt, c.epoch,
  c.output::text as output, c.output_extra::text as output_extra,
  c.error::text as error, c.error_extra::text as error_extra, c.child_id,
  ${inMs('c.retry_at')} as retry_at, ${inMs('c.started_at')} as started_at, ${inMs('c.completed_at')} as completed_at
from ${s.steps} c where c.run_id = $1::text
order by c.seq`,
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
  }),
);
