import type { QueueLimits, StoredRate } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Observation } from './observation.js';

const IN_ALL = 'in hands of all';
const OF_PARTITION = 'in hands of partition ';

/** A run that was begun while these limits held all the time. */
interface Start {
  readonly key: string;
  readonly atMs: number;
  /** Undefined if they were changed about then. */
  readonly phase: number | undefined;
}

/**
 * Watches over one queue: looks at it again and again, and at least before and after each change of its limits.
 *
 * Those that were let in before a limit was lowered may be more than it allows, and then nobody else is let in. So there are
 * never more than the limit, or than there were.
 */
export class Watch {
  readonly #observe: () => Promise<Observation>;
  #counts: ReadonlyMap<string, number> = new Map();
  readonly #starts = new Map<string, Start>();
  readonly #limits: QueueLimits[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(observe: () => Promise<Observation>) {
    this.#observe = observe;
  }

  /** Looks, and judges. One look comes after the other. */
  look(): Promise<void> {
    const looked = this.#turn.then(async () => this.#judge(await this.#observe()));
    this.#turn = looked.catch(() => undefined);
    return looked;
  }

  /** No span of time saw more starts than the limits of rate allowed. To be called when all is over. */
  expectWithinRates(): void {
    for (const [phase, { rate, partitionRate }] of this.#limits.entries()) {
      const starts = [...this.#starts.values()].filter((start) => start.phase === phase);
      expectWithin(starts, rate);
      for (const key of new Set(starts.map((start) => start.key)))
        expectWithin(
          starts.filter((start) => start.key === key),
          partitionRate,
        );
    }
  }

  #judge({ limits, inHands, holders, starts }: Observation): void {
    const before = this.#limits.at(-1);
    const isChanged = JSON.stringify(limits) !== JSON.stringify(before);
    if (isChanged) this.#limits.push(limits);
    const phase = isChanged ? undefined : this.#limits.length - 1;
    for (const { id, key, atMs } of starts)
      if (!this.#starts.has(id)) this.#starts.set(id, { key, atMs, phase });
    const counts = countUp(inHands, holders);
    for (const [what, count] of counts) {
      // They may have been let in since the last look, before the limits were changed.
      const most = Math.max(limitOf(limits, what), before && isChanged ? limitOf(before, what) : 0);
      const last = this.#counts.get(what) ?? 0;
      expect(count, `${what}, under ${JSON.stringify(limits)}`).toBeLessThanOrEqual(Math.max(most, last));
    }
    this.#counts = counts;
  }
}

function countUp(inHands: number, holders: Observation['holders']): ReadonlyMap<string, number> {
  const counts = new Map([[IN_ALL, inHands]]);
  for (const { key, heldBy } of holders) {
    const of = [
      ...(key === null ? [] : [`${OF_PARTITION}"${key}"`]),
      ...(heldBy === null ? [] : [`in hands of ${heldBy}`]),
    ];
    for (const what of of) counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

function limitOf(
  { concurrency, workerConcurrency, partitionConcurrency }: QueueLimits,
  what: string,
): number {
  const limit =
    what === IN_ALL ? concurrency : what.startsWith(OF_PARTITION) ? partitionConcurrency : workerConcurrency;
  return limit ?? Number.POSITIVE_INFINITY;
}

// Moments may be whole milliseconds, rounded down.
function expectWithin(starts: readonly Start[], rate: StoredRate | null): void {
  if (!rate) return;
  for (const { atMs } of starts) {
    const inSpan = starts.filter((other) => other.atMs >= atMs && other.atMs < atMs + rate.perMs - 1);
    expect(inSpan.length, `begun within ${rate.perMs} ms`).toBeLessThanOrEqual(rate.limit);
  }
}
