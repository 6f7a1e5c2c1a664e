import type {
  SeenApp,
  SeenBatch,
  SeenClaim,
  SeenDeparture,
  SeenRun,
  SeenStart,
} from '@holdfast/core/adapter';
import { METRICS, type MetricKey } from './definitions.js';
import { GAUGES, gaugesOf } from './gauges.js';
import type { MetricSink, Take } from './sink.js';

/** What failed without an error of its own. */
const FAILED = { 'error.type': 'store_failure' };

/** Counts what an app does. */
export class Metrics {
  readonly #sink: MetricSink;
  readonly #storeEveryMs: number;
  readonly #takers = new Map<MetricKey, Take>();

  constructor(sink: MetricSink, storeEveryMs: number) {
    this.#sink = sink;
    this.#storeEveryMs = storeEveryMs;
  }

  started({ workflow }: SeenStart, outcome: string): void {
    this.#take('runsStarted')(1, { 'holdfast.workflow': workflow, 'holdfast.start.outcome': outcome });
  }

  takenUp({ workflow, queue, epoch, ageMs }: SeenRun): void {
    this.#take('runsTakenUp')(1, { 'holdfast.workflow': workflow });
    if (epoch > 1) return;
    const labels = { 'holdfast.workflow': workflow, 'holdfast.queue': queue ?? '' };
    this.#take('runWait')(ageMs / 1000, labels);
  }

  left({ workflow }: SeenRun, how: SeenDeparture['kind'], tookMs: number): void {
    if (how === 'lost') return this.#take('runsLost')(1, { 'holdfast.workflow': workflow });
    if (how !== 'succeeded' && how !== 'failed' && how !== 'cancelled') return;
    const labels = { 'holdfast.workflow': workflow, 'holdfast.run.state': how };
    this.#take('runsEnded')(1, labels);
    this.#take('runDuration')(tookMs / 1000, labels);
  }

  /** An attempt of a step came to its end, by an error of this type if it failed. */
  attempted(of: { workflow: string; kind: string; name: string }, tookMs: number, error?: string): void {
    this.#take('stepDuration')(tookMs / 1000, {
      'holdfast.workflow': of.workflow,
      'holdfast.step': of.name,
      'holdfast.call.kind': of.kind,
      ...(error !== undefined && { 'error.type': error }),
    });
  }

  retried(of: { workflow: string; name: string }): void {
    this.#take('stepRetries')(1, { 'holdfast.workflow': of.workflow, 'holdfast.step': of.name });
  }

  committed({ entries, durationMs, isFailed }: SeenBatch): void {
    this.#take('commitDuration')(durationMs / 1000, isFailed ? FAILED : {});
    if (!isFailed) this.#take('commitEntries')(entries, {});
  }

  claimed({ runs, durationMs, isFailed }: SeenClaim): void {
    this.#take('claimDuration')(durationMs / 1000, isFailed ? FAILED : {});
    if (runs > 0) this.#take('claimedRuns')(runs, {});
  }

  freed(runs: number): void {
    this.#take('runsFreed')(runs, {});
  }

  launched(app: SeenApp): () => void {
    return this.#sink.observe(GAUGES, gaugesOf(app, this.#storeEveryMs));
  }

  /** Made when it is first wanted: a program may register where metrics go after it has made its app. */
  #take(key: MetricKey): Take {
    const known = this.#takers.get(key);
    if (known) return known;
    const taker = this.#sink.taker(METRICS[key]);
    this.#takers.set(key, taker);
    return taker;
  }
}
