import type { RunScope } from '../define/index.js';
import type { Outcome, Payload } from '../replay/index.js';
import type { EntryOutcome, OwnedRun, StepEntry, StoreEntry } from '../store/index.js';
import type { Bodies } from './bodies.js';
import type { CallActivity, OpenCall } from './call.js';
import type { RunHost } from './run-host.js';
import type { RunWatch } from './telemetry.js';

/** What is recorded of a call beside its outcome. */
export interface RecordExtras {
  readonly attempt?: number;
  readonly childId?: string;
}

/** A run as the performers of its calls see it. */
export interface CallContext {
  /** What the run's code makes its calls on. */
  readonly scope: RunScope;
  readonly run: OwnedRun;
  readonly host: RunHost;
  /** What watches the run, if anything does. */
  readonly watch: RunWatch | undefined;
  /** Aborted when the run leaves this executor. */
  readonly lifetime: AbortSignal;
  readonly bodies: Bodies;
  /** The time, in whole milliseconds, as journals hold it. */
  nowMs(): number;
  /** Sends a call's outcome to the store, to be handed to the workflow when it is there. */
  record(call: OpenCall, outcome: Outcome, extras?: RecordExtras): Promise<void>;
  /**
   * The same, in one write with what the call does: `make` puts both together. Answers what became of it; nothing is
   * handed to the workflow unless that is `written`.
   */
  recordWith(call: OpenCall, outcome: Outcome, make: (step: StepEntry) => StoreEntry): Promise<EntryOutcome>;
  /** Records that an attempt failed or, without `error`, that an at-most-once attempt begins. */
  note(call: OpenCall, attempt: number, error: Payload | null, retryAtMs: number | null): Promise<void>;
  /** Records that a call waits for a run that is not its own. */
  noteJoined(call: OpenCall, childId: string): Promise<void>;
  /** Whether a step whose retries are exhausted pauses the run. */
  readonly pausesWhenExhausted: boolean;
  /**
   * Sets the run aside until somebody resumes it. `failure` is that of the call's last attempt, `error` what is shown of
   * the run. Never settles.
   */
  pause(call: OpenCall, attempt: number, failure: Payload, error: Payload): Promise<never>;
  /** Says what a call is doing now. */
  idle(call: OpenCall, activity: CallActivity): void;
  /** Lets a call wait, so that the run may be parked meanwhile. Never resolves if it is. */
  waitUntil(call: OpenCall, untilMs: number): Promise<void>;
  /** The ordinal for an outcome that a transaction of the user's writes. */
  assignOrdinal(): number;
  /** What had this ordinal certainly did not get into the store. */
  giveUpOrdinal(ordinal: number): void;
  /** An outcome is in the store: it is handed over in its turn. */
  ready(call: OpenCall, ordinal: number, outcome: Outcome, atMs: number): void;
  /** This executor does not own the run any more. */
  lose(): void;
}
