import type { Codec } from '../codec/index.js';
import type { StepRecord } from '../store/index.js';
import { dateOf, shownValue } from './run-view.js';

/** A line of a run's journal as `app.runs.steps` shows it. */
export interface StepView {
  readonly seq: number;
  /** Undefined while the call has no outcome. */
  readonly ordinal: number | undefined;
  readonly kind: StepRecord['kind'];
  readonly name: string;
  readonly attempt: number;
  readonly epoch: number;
  /** Undefined too where payloads were not asked for. */
  readonly output: unknown;
  readonly error: unknown;
  readonly childId: string | undefined;
  readonly retryAt: Date | undefined;
  readonly startedAt: Date;
  readonly completedAt: Date | undefined;
}

export function stepView(step: StepRecord, codec: Codec): StepView {
  return {
    seq: step.seq,
    ordinal: step.ordinal ?? undefined,
    kind: step.kind,
    name: step.name,
    attempt: step.attempt,
    epoch: step.epoch,
    output: shownValue(step.output, codec),
    error: shownValue(step.error, codec),
    childId: step.childId ?? undefined,
    retryAt: dateOf(step.retryAtMs),
    startedAt: new Date(step.startedAtMs),
    completedAt: dateOf(step.completedAtMs),
  };
}
