import type { SeenApp, SeenQueue } from '@holdfast/core/adapter';
import { METRICS, type MetricDefinition } from './definitions.js';
import type { Reading } from './sink.js';

/** All that is read when somebody looks. */
export const GAUGES: readonly MetricDefinition[] = Object.values(METRICS).filter(
  ({ kind }) => kind === 'gauge',
);

/**
 * Reads how an app stands. The store is asked at most once in `everyMs`, however often somebody looks; should it not be
 * reachable, what only it knows is left out.
 */
export function gaugesOf(app: SeenApp, everyMs: number): () => Promise<readonly Reading[]> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<readonly Reading[]> = Promise.resolve([]);
  return async () => {
    const nowMs = performance.now();
    if (nowMs - askedAtMs >= everyMs) {
      askedAtMs = nowMs;
      answer = fromStore(app).catch(() => []);
    }
    return [
      reading(METRICS.heldRuns, app.held),
      reading(METRICS.executors, app.executors),
      ...(await answer),
    ];
  };
}

async function fromStore(app: SeenApp): Promise<readonly Reading[]> {
  const counts = await app.counts();
  const runs = counts.map(({ workflow, queue, state, runs: value }) => ({
    of: METRICS.runs,
    value,
    labels: { 'holdfast.workflow': workflow, 'holdfast.queue': queue ?? '', 'holdfast.run.state': state },
  }));
  return [...runs, ...(await app.queues()).flatMap(ofQueue)];
}

function ofQueue({ name, waiting, later, inHands, oldestAgeMs }: SeenQueue): Reading[] {
  const labels = { 'holdfast.queue': name };
  return [
    { of: METRICS.queueWaiting, value: waiting, labels },
    { of: METRICS.queueLater, value: later, labels },
    { of: METRICS.queueInHands, value: inHands, labels },
    { of: METRICS.queueOldest, value: oldestAgeMs / 1000, labels },
  ];
}

function reading(of: MetricDefinition, value: number): Reading {
  return { of, value, labels: {} };
}
