import type {
  FinishEntry,
  NewRun,
  ParkEntry,
  PauseEntry,
  Payload,
  ReleaseEntry,
  StartEntry,
  StepEntry,
  VacateEntry,
} from '@holdfast/core/internal';

/** A run as whoever holds it knows it. */
export interface Held {
  readonly id: string;
  readonly epoch: number;
}

/** A moment long ago, not on a round second. */
export const SOME_TIME_MS = 1_750_000_000_123;

export function payload(value: unknown, extra: string | null = null): Payload {
  return { json: JSON.stringify(value), extra };
}

export function start(run: NewRun): StartEntry {
  return { op: 'start', run };
}

/** The outcome of a call: the first, unless `changes` say otherwise. */
export function outcome(run: Held, changes: Partial<StepEntry> = {}): StepEntry {
  return {
    op: 'step',
    runId: run.id,
    epoch: run.epoch,
    seq: 0,
    ordinal: 1,
    kind: 'step',
    name: 'charge card',
    attempt: 1,
    output: changes.error ? null : payload('paid'),
    error: null,
    retryAtMs: null,
    startedAtMs: SOME_TIME_MS,
    completedAtMs: SOME_TIME_MS + 7,
    childId: null,
    ...changes,
  };
}

/** A call's failed attempt, to be followed by another. */
export function attempt(run: Held, number: number, changes: Partial<StepEntry> = {}): StepEntry {
  return outcome(run, {
    ordinal: null,
    attempt: number,
    output: null,
    error: payload({ message: `attempt ${number} failed` }),
    retryAtMs: SOME_TIME_MS + 200 * number,
    completedAtMs: null,
    ...changes,
  });
}

export function succeed(run: Held, changes: Partial<FinishEntry> = {}): FinishEntry {
  const output = payload('done');
  return {
    op: 'finish',
    runId: run.id,
    epoch: run.epoch,
    state: 'succeeded',
    output,
    error: null,
    parentId: null,
    ...changes,
  };
}

export function fail(run: Held, changes: Partial<FinishEntry> = {}): FinishEntry {
  return succeed(run, {
    state: 'failed',
    output: null,
    error: payload({ message: 'out of stock' }),
    ...changes,
  });
}

/** Parks a run for which nothing has come in, until something does. */
export function park(run: Held, changes: Partial<ParkEntry> = {}): ParkEntry {
  return {
    op: 'park',
    runId: run.id,
    epoch: run.epoch,
    wakeAtMs: null,
    signals: 0,
    keepsSlot: false,
    ...changes,
  };
}

export function pause(run: Held): PauseEntry {
  return { op: 'pause', runId: run.id, epoch: run.epoch, error: payload({ message: 'out of order' }) };
}

export function release(run: Held): ReleaseEntry {
  return { op: 'release', runId: run.id, epoch: run.epoch };
}

/** No code of a cancelled run runs any more. */
export function vacate(run: Held): VacateEntry {
  return { op: 'vacate', runId: run.id, epoch: run.epoch };
}
