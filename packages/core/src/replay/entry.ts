/** What kind of call an entry records. */
export type CallKind =
  | 'step'
  | 'transaction'
  | 'sleep'
  | 'start'
  | 'result'
  | 'child'
  | 'debounce'
  | 'send'
  | 'receive'
  | 'set'
  | 'get'
  | 'write'
  | 'close'
  | 'read'
  | 'patch'
  | 'undo';

/** A value as it is stored: JSON text, and beside it what JSON cannot say (null for most values). */
export interface Payload {
  readonly json: string;
  readonly extra: string | null;
}

/** How a call came out. */
export type Outcome =
  | { readonly ok: true; readonly value: Payload }
  | { readonly ok: false; readonly error: Payload };

/** A call whose outcome is in the journal. */
export interface RecordedEntry {
  readonly state: 'recorded';
  /** The call's place in the order in which the workflow called, from 0. */
  readonly seq: number;
  /** Its place in the order in which results were handed to the workflow, from 1. Gaps are allowed. */
  readonly ordinal: number;
  readonly kind: CallKind;
  readonly name: string;
  readonly outcome: Outcome;
  readonly completedAtMs: number;
  /** Whether the call has an undo and succeeded. Default false. */
  readonly hasUndo?: boolean;
}

/** A call that began and has no outcome yet: attempts that failed, or the start of an at-most-once step. */
export interface OpenEntry {
  readonly state: 'open';
  readonly seq: number;
  readonly kind: CallKind;
  readonly name: string;
  /** The number of the last attempt that failed or, for an at-most-once step, began. */
  readonly attempt: number;
  /** When the next attempt is due; null for an at-most-once step that began. */
  readonly retryAtMs: number | null;
  /** The run that it waits for, of a call that joined one that is not its own. */
  readonly childId: string | null;
}

/** One line of a run's journal. */
export type JournalEntry = RecordedEntry | OpenEntry;
