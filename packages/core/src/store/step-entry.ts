import type { CallKind, Payload } from '../replay/index.js';

/** Records a call of a run: its outcome when `ordinal` is set, else that it began or that an attempt failed. */
export interface StepEntry {
  readonly op: 'step';
  readonly runId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly ordinal: number | null;
  readonly kind: CallKind;
  readonly name: string;
  readonly attempt: number;
  readonly output: Payload | null;
  /** The call's error, or that of the last failed attempt. */
  readonly error: Payload | null;
  readonly retryAtMs: number | null;
  readonly startedAtMs: number;
  readonly completedAtMs: number | null;
  /** The run that the call started or waited for. */
  readonly childId: string | null;
  /** Whether it is the success of a call that has an undo. Default false. */
  readonly hasUndo?: boolean;
  /**
   * Whether something was written of the call before: that it began, or that an attempt failed. Default false. It only tells
   * the store what to expect; it may be wrong.
   */
  readonly isNoted?: boolean;
}
