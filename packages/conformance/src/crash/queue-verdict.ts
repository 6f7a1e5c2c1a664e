import { expect } from 'vitest';
import type { TimedExecution } from './ledger.js';
import { NARROW_CONCURRENCY, QUEUED } from './queue-programs.js';
import type { Scene } from './scene.js';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * By what the processes noted themselves, bodies of no more runs of the queue were ever going at once than it allows. One
 * that did not end went on until its process was killed.
 */
export async function expectQueueWithinItsLimit(scene: Scene): Promise<void> {
  const queued = new Set(
    (await scene.runs()).filter(({ workflow }) => QUEUED.has(workflow)).map(({ id }) => id),
  );
  expect(queued.size).toBeGreaterThan(0);
  const killed = scene.crew.killedAtMs;
  const spans = scene
    .executions()
    .filter(({ run }) => queued.has(run))
    .map((execution) => spanOf(execution, killed));
  expect(spans.length).toBeGreaterThanOrEqual(2 * queued.size);
  expect(mostAtOnce(spans)).toBeLessThanOrEqual(NARROW_CONCURRENCY);
}

// The bodies of a queued run come one after the other, so there are no more of them than runs.
function mostAtOnce(spans: readonly Span[]): number {
  const counts = spans.map(
    ({ fromMs }) => spans.filter((other) => other.fromMs <= fromMs && fromMs < other.toMs).length,
  );
  return Math.max(...counts);
}

function spanOf(execution: TimedExecution, killed: ReadonlyMap<number, number>): Span {
  const { run, seq, pid, fromMs, toMs = killed.get(pid) } = execution;
  if (toMs === undefined)
    throw new Error(`the body of call ${seq} of ${run} did not end, but its process lives`);
  return { fromMs, toMs };
}
