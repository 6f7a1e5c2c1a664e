import type { CallKind, Payload } from '../replay/index.js';

/** A part of a journal. */
export interface StepsPage {
  /** Only calls after the one with this `seq`; -1 for all. */
  readonly afterSeq: number;
  readonly limit: number;
  /** Whether outputs and errors are wanted. */
  readonly withPayloads: boolean;
}

/** A line of a run's journal as it is shown. */
export interface StepRecord {
  readonly seq: number;
  /** Null while the call has no outcome. */
  readonly ordinal: number | null;
  readonly kind: CallKind;
  readonly name: string;
  readonly attempt: number;
  /** The epoch of the run in which it was written. */
  readonly epoch: number;
  readonly output: Payload | null;
  readonly error: Payload | null;
  readonly childId: string | null;
  /** Whether it succeeded and is undone if the run fails or is cancelled. Default false. */
  readonly hasUndo?: boolean;
  readonly retryAtMs: number | null;
  readonly startedAtMs: number;
  readonly completedAtMs: number | null;
}
