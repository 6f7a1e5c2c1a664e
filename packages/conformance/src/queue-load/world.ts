import { randomUUID } from 'node:crypto';
import type { Store } from '@holdfast/core/internal';
import type { Dice } from '../dice.js';
import type { StoreHome } from '../store/bench.js';
import type { Held } from '../store/entries.js';
import { KnownQueue } from './known-queue.js';
import type { KnownRun } from './known-run.js';
import type { ClaimTaken } from './order.js';
import { randomLimits } from './random-limits.js';
import { Ticks } from './span.js';
import { hire, type Worker } from './worker.js';

/** Which versions each of the workers has. */
const CREW = [['1', '2'], ['1'], ['2'], ['1', '2']];

/** Queues, workers on several handles of one store, and all that is known of the runs. */
export class World {
  readonly workflow = `workflow-${randomUUID()}`;
  readonly ticks = new Ticks();
  readonly queues: readonly KnownQueue[];
  readonly stores: readonly Store[];
  readonly workers: Worker[];
  readonly runs = new Map<string, KnownRun>();
  /** What executors that died had in hands. */
  readonly lost: { readonly worker: Worker; readonly run: Held }[] = [];
  readonly claims: ClaimTaken[] = [];
  /** When those claims were asked that were not answered yet. */
  readonly claiming = new Set<number>();
  prunes = 0;
  pruned = 0;
  /** How far the store's clock is ahead of this machine's. */
  readonly #aheadMs: number;

  private constructor(parts: Pick<World, 'queues' | 'stores' | 'workers'>, aheadMs: number) {
    this.queues = parts.queues;
    this.stores = parts.stores;
    this.workers = parts.workers;
    this.#aheadMs = aheadMs;
  }

  static async open(home: StoreHome, dice: Dice): Promise<World> {
    const stores = [home.store, await home.another(), await home.another()];
    const queues: KnownQueue[] = [];
    for (const name of ['first', 'second']) {
      const queue = new KnownQueue(`${name} ${randomUUID()}`, randomLimits(dice));
      await home.store.queues.save(queue.name, queue.rules!.limits, null);
      queues.push(queue);
    }
    const { nowMs } = await home.store.renew('nobody', 1);
    const world = new World({ queues, stores, workers: [] }, nowMs - Date.now());
    for (const [n, versions] of CREW.entries())
      world.workers.push(await world.hire(stores[n % stores.length]!, versions));
    return world;
  }

  hire(store: Store, versions: readonly string[]): Promise<Worker> {
    return hire(
      store,
      versions.map((version) => ({ workflow: this.workflow, version })),
    );
  }

  nowMs(): number {
    return Math.floor(Date.now() + this.#aheadMs);
  }

  queue(name: string): KnownQueue {
    return this.queues.find((queue) => queue.name === name)!;
  }

  /** Some runs of which this is so, each of them once. */
  some(dice: Dice, most: number, which: (run: KnownRun) => boolean): KnownRun[] {
    const found = [...this.runs.values()].filter((run) => run.put !== undefined && which(run));
    const count = Math.min(found.length, Math.floor(dice.between(1, most + 1)));
    return Array.from(
      { length: count },
      () => found.splice(Math.floor(dice.fraction() * found.length), 1)[0]!,
    );
  }

  /** Does something with runs, of which nothing is sure meanwhile. */
  async onRuns<T>(
    runs: readonly KnownRun[],
    work: () => Promise<T>,
  ): Promise<{ readonly answer: T; readonly from: number; readonly to: number }> {
    const from = this.ticks.next();
    for (const run of runs) {
      run.disturb(from);
      run.inFlight += 1;
    }
    try {
      return { answer: await work(), from, to: this.ticks.next() };
    } finally {
      for (const run of runs) run.inFlight -= 1;
    }
  }

  /** Whether no claim is under way that was asked before. */
  isUnclaimedSince(tick: number): boolean {
    return [...this.claiming].every((from) => from > tick);
  }
}
