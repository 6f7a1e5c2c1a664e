import type { CallKind } from '../replay/index.js';
import type { Wait } from '../store/index.js';

/**
 * What an open call is doing. `recorded`: its outcome is in the journal and waits for its turn. `busy`: a body or a
 * write is under way. `waiting`: nothing happens until a moment in time, or until something comes in; a run whose open
 * calls all wait can be parked.
 */
export type CallActivity =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'waiting';
      readonly untilMs: number | null;
      /** Whether it may end any moment before that. */
      readonly mayEndSooner?: boolean;
      /** What it waits for of another run, which does not know of that: noted in the store before the run is parked. */
      readonly wait?: Wait;
    };

/** Calls that do nothing but wait. */
export const WAITS: ReadonlySet<CallKind> = new Set(['sleep', 'receive', 'get', 'read', 'result']);

export const RECORDED: CallActivity = { kind: 'recorded' };
export const BUSY: CallActivity = { kind: 'busy' };

/** An attempt that failed, as the error that ends the retries shows it. */
export interface AttemptFailure {
  readonly attempt: number;
  readonly message: string;
  readonly code?: string;
}

/** A call that the workflow made and that has not been answered. */
export interface OpenCall {
  readonly seq: number;
  readonly kind: CallKind;
  readonly name: string;
  readonly startedAtMs: number;
  /** Whether something takes its result back if the run fails or is cancelled. */
  readonly hasUndo: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  activity: CallActivity;
  /** Whether the journal says of it that it began, or that an attempt failed. */
  isNoted: boolean;
  /** The last of its failed attempts that were made here. */
  failures?: AttemptFailure[];
  /** The other run that it is about, for who watches. */
  about?: string;
  /** What came with the message that it received, for who watches. */
  traceContext?: string | null;
}
