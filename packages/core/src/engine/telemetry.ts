import type { CallKind } from '../replay/index.js';
import type { QueueRecord, RunCount } from '../store/index.js';

/** What travels with a run or a message so that others know whose trace it is of: names and values, as a propagator writes them. */
export type TraceContext = Readonly<Record<string, string>>;

/** What may watch an app: it is told what happens, when it happens. `openTelemetry()` of `@holdfast/telemetry` is one. */
export interface Telemetry {
  /** A run is about to be recorded. */
  starting(start: SeenStart): SeenStarting;
  /** This process takes a run up: at first, when it is woken, or from another process that died. */
  takenUp(run: SeenRun): RunWatch;
  /** A message is about to be sent. Gives what travels with it. */
  sending(message: SeenMessage): TraceContext | undefined;
  /** An app is launched, and may be asked how things stand. Gives what is called when it may be asked no more. */
  launched(app: SeenApp): () => void;
  /** A batch of writes has had its answer. */
  committed(batch: SeenBatch): void;
  /** A claim has had its answer. */
  claimed(claim: SeenClaim): void;
  /** So many runs of executors that died were freed, for any executor to take up. */
  freed(runs: number): void;
}

/** An app as it may be asked how things stand. */
export interface SeenApp {
  readonly executorId: string;
  /** How many runs this process has in memory. */
  readonly held: number;
  /** How many executors hold a lease, this one among them, as of its last renewal. */
  readonly executors: number;
  /** How many runs there are, by workflow, queue and state. Asks the store. */
  counts(): Promise<readonly RunCount[]>;
  /** How the queues stand. Asks the store. */
  queues(): Promise<readonly SeenQueue[]>;
}

/** A queue as it stands. */
export interface SeenQueue extends Pick<QueueRecord, 'name' | 'waiting' | 'later' | 'inHands'> {
  /** Since when the pending run that was recorded first is there, in milliseconds; 0 if there is none. */
  readonly oldestAgeMs: number;
}

/** A batch of writes. */
export interface SeenBatch {
  readonly entries: number;
  readonly durationMs: number;
  readonly isFailed: boolean;
}

/** A claim of runs. */
export interface SeenClaim {
  readonly runs: number;
  readonly durationMs: number;
  readonly isFailed: boolean;
}

/** A start as it is seen. */
export interface SeenStart {
  readonly runId: string;
  readonly workflow: string;
  readonly queue: string | null;
  /** Where it comes from: a caller, a tick of this schedule, or a fork of this run. */
  readonly schedule: string | null;
  readonly forkOf: SeenTrace | null;
}

/** A run whose trace may be linked to. */
export interface SeenTrace {
  readonly runId: string;
  /** A UUID: of runs that were recorded without a context, the trace's id hangs on it. */
  readonly key: string;
  readonly traceContext: TraceContext | undefined;
}

/** A start while the store is asked. One of which nothing more is heard came to nothing. */
export interface SeenStarting {
  /** What is recorded with the run. */
  readonly traceContext: TraceContext | undefined;
  /** What became of it. `joined`: there was such a run already. */
  ended(how: 'new' | 'joined' | 'refused', error?: unknown): void;
}

/** A run in this process's hands. */
export interface SeenRun extends SeenTrace {
  readonly workflow: string;
  readonly version: string;
  readonly executorId: string;
  /** How often it was taken up. */
  readonly epoch: number;
  /** How often in a row it was taken over from an executor that died. */
  readonly takeovers: number;
  readonly queue: string | null;
  readonly parentId: string | null;
  /** Since when it is recorded, in milliseconds before now. */
  readonly ageMs: number;
  /** Since when it was first in hands, in milliseconds before now. */
  readonly startedAgoMs: number;
  /** Whether it failed or was cancelled, and is taken up to be undone. */
  readonly isUnwinding: boolean;
}

/** A message as it is sent, inside a run or not. */
export interface SeenMessage {
  readonly runId: string;
  readonly channel: string;
}

/** Watches a run while it is in this process's hands. */
export interface RunWatch {
  /** Executes the workflow's code, once and synchronously, as part of the run's trace, and gives what it gives. */
  within<T>(work: () => T): T;
  /** An attempt of a step begins. */
  attempt(step: SeenAttempt): AttemptWatch;
  /** A call that is no step has its outcome recorded. */
  called(call: SeenCall): void;
  /** It left this process. */
  left(how: SeenDeparture): void;
}

/** An attempt of a step. */
export interface SeenAttempt {
  readonly kind: CallKind;
  readonly name: string;
  readonly seq: number;
  /** From 1. */
  readonly attempt: number;
}

/** Watches an attempt of a step. */
export interface AttemptWatch {
  /** Executes the attempt, once and synchronously, as part of the trace, and gives what it gives. */
  within<T>(work: () => T): T;
  /** The step's transaction was rolled back because of others, or its connection was lost; it is tried again. */
  triedAgain(error: unknown): void;
  /** The step's code came to its end. */
  executed(result: { readonly ok: true } | { readonly ok: false; readonly error: unknown }): void;
  /** What it came to is recorded. `retryInMs`: there will be another attempt. */
  recorded(retryInMs?: number): void;
}

/** A call of a workflow that is no step. */
export interface SeenCall {
  readonly kind: CallKind;
  readonly name: string;
  readonly seq: number;
  /** How long ago it was made. */
  readonly madeAgoMs: number;
  /** The other run that it was about. */
  readonly runId: string | null;
  /** What came with the message that it received. */
  readonly traceContext: TraceContext | undefined;
  /** Undefined unless it failed. */
  readonly error: unknown;
}

/** How a run left this process. */
export type SeenDeparture =
  | { readonly kind: 'succeeded' | 'parked' | 'paused' | 'released' | 'unwinding' | 'lost' }
  | { readonly kind: 'failed' | 'cancelled' | 'broken'; readonly error: unknown };
