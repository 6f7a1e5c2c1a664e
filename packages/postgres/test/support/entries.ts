import { randomUUID } from 'node:crypto';
import {
  type FinishEntry,
  type NewRun,
  PLAIN_TERMS,
  type StartEntry,
  type StepEntry,
} from '@holdfast/core/internal';

export const SERVES = [{ workflow: 'checkout', version: '1' }];

/** A run that an executor begins at once. */
export function start(id: string, changes: Partial<NewRun> = {}): StartEntry {
  const run: NewRun = {
    ...PLAIN_TERMS,
    id,
    key: randomUUID(),
    workflow: 'checkout',
    version: '1',
    input: { json: '[]', extra: null },
    tags: null,
    executorId: 'a',
    delayMs: 0,
    traceContext: null,
    startedAtMs: 1_750_000_000_000,
    parentId: null,
    ...changes,
  };
  return { op: 'start', run };
}

/** The outcome of a run's call. */
export function step(runId: string, changes: Partial<StepEntry> = {}): StepEntry {
  return {
    op: 'step',
    runId,
    epoch: 1,
    seq: 0,
    ordinal: 1,
    kind: 'step',
    name: 'charge card',
    attempt: 1,
    output: { json: '"paid"', extra: null },
    error: null,
    retryAtMs: null,
    startedAtMs: 1_750_000_000_001,
    completedAtMs: 1_750_000_000_002,
    childId: null,
    ...changes,
  };
}

export function finish(runId: string, changes: Partial<FinishEntry> = {}): FinishEntry {
  return {
    op: 'finish',
    runId,
    epoch: 1,
    state: 'succeeded',
    output: { json: '"done"', extra: null },
    error: null,
    parentId: null,
    ...changes,
  };
}
