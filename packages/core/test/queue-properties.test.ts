import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NewRun, type OwnedRun, PLAIN_TERMS } from '../src/adapter.js';
import { changedLimits, NO_LIMITS, type QueueLimits } from '../src/define/index.js';
import { type MemoryStore, memoryStore } from '../src/index.js';
import { ManualClock } from './support/manual-clock.js';

const count = fc.option(fc.integer({ min: 1, max: 4 }));
const rate = fc.option(
  fc.record({ limit: fc.integer({ min: 1, max: 4 }), per: fc.integer({ min: 64, max: 200 }) }),
);
const limits = fc
  .record({
    concurrency: count,
    workerConcurrency: count,
    rateLimit: rate,
    partition: fc.record({ concurrency: count, rateLimit: rate, weights: fc.constant({ a: 3 }) }),
    parkedHoldSlots: fc.boolean(),
  })
  .map((changes) => {
    try {
      return changedLimits(NO_LIMITS, changes, 'queue');
    } catch {
      return NO_LIMITS; // limits that contradict each other
    }
  });

const some = fc.nat({ max: 1000 });
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), some, late: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('claim' as const), some, limit: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('finish' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('park' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vacate' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), some }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), limits }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** A run as the test believes it to be. */
interface Known {
  readonly id: string;
  readonly version: string;
  readonly key: string | null;
  dueAtMs: number | null;
  owned: OwnedRun | undefined;
  by: string | undefined;
  hasBegun: boolean;
  holdsSlot: boolean;
  isOver: boolean;
}

/** A queue, its workers, and what is known of its runs. */
class World {
  readonly clock = new ManualClock();
  readonly store: MemoryStore = memoryStore({ clock: this.clock });
  readonly runs: Known[] = [];
  readonly starts: { readonly atMs: number; readonly key: string | null }[] = [];
  readonly workers: { id: string; readonly version: string }[] = [];
  limits: QueueLimits = NO_LIMITS;
  /** How many had begun when the limits were last set: a rate does not know of them. */
  begunBefore = 0;
  #made = 0;

  async open(): Promise<void> {
    await this.store.open();
    for (const version of ['1', '2', '1']) this.workers.push({ id: await this.hire(), version });
  }

  async hire(): Promise<string> {
    const id = `worker ${this.#made++}`;
    await this.store.register({ id, host: 'here', pid: 1 }, 1e12);
    return id;
  }

  async act(one: Action): Promise<void> {
    switch (one.do) {
      case 'put':
        return this.put(one.some, one.late);
      case 'claim':
        return this.claim(this.workers[one.some % 3]!, one.limit);
      case 'die': {
        const worker = this.workers[one.some % 3]!;
        await this.store.bury(worker.id);
        for (const run of this.runs.filter(({ by }) => by === worker.id))
          this.leave(run, run.isOver ? null : this.clock.now());
        worker.id = await this.hire();
        return;
      }
      case 'pass':
        return void this.clock.advance(1 + (one.some % 120));
      case 'limit': {
        const revision = (await this.store.queues.find('queue'))?.revision ?? null;
        expect(await this.store.queues.save('queue', one.limits, revision)).toBe(true);
        this.limits = one.limits;
        this.begunBefore = this.starts.length;
        return;
      }
      default:
        return this.change(one.do, one.some);
    }
  }

  async put(some: number, late: boolean): Promise<void> {
    const id = `run ${this.#made++}`;
    const [version, key] = [`${1 + (some % 2)}`, [null, 'a', 'b'][some % 3]!];
    const delayMs = late ? 30 : 0;
    const run: NewRun = {
      ...PLAIN_TERMS,
      id,
      key: id,
      workflow: 'work',
      version,
      input: { json: '[]', extra: null },
      tags: null,
      executorId: null,
      delayMs,
      startedAtMs: null,
      parentId: null,
      traceContext: null,
      queue: 'queue',
      priority: some % 4,
      partitionKey: key,
    };
    await this.store.commit([{ op: 'start', run }]);
    const dueAtMs = this.clock.now() + delayMs;
    this.runs.push({
      id,
      version,
      key,
      dueAtMs,
      owned: undefined,
      by: undefined,
      hasBegun: false,
      holdsSlot: false,
      isOver: false,
    });
  }

  /** Lets something happen to a run that is in hands; or, for `vacate`, to one that was cancelled there. */
  async change(what: 'finish' | 'park' | 'release' | 'cancel' | 'vacate', some: number): Promise<void> {
    const found = this.runs.filter(({ by, isOver }) => by !== undefined && isOver === (what === 'vacate'));
    const run = found[some % found.length];
    if (!run) return;
    const { id: runId, epoch, keepsSlot, signals } = run.owned!;
    const error = null;
    if (what === 'cancel') {
      expect(await this.store.cancel([runId])).toEqual([runId]);
      run.isOver = true;
      run.dueAtMs = null;
      return;
    }
    const wakeAtMs = this.clock.now() + 40;
    const output = { json: '1', extra: null };
    const [outcome] = await this.store.commit([
      what === 'finish'
        ? { op: 'finish', runId, epoch, state: 'succeeded', output, error, parentId: null }
        : what === 'park'
          ? { op: 'park', runId, epoch, wakeAtMs, signals, keepsSlot }
          : { op: what, runId, epoch },
    ]);
    expect(outcome).toEqual({ kind: 'written' });
    if (what === 'finish') run.isOver = true;
    this.leave(run, what === 'park' ? wakeAtMs : what === 'release' ? this.clock.now() : null);
    if (what === 'park') run.holdsSlot = keepsSlot;
  }

  leave(run: Known, dueAtMs: number | null): void {
    Object.assign(run, { by: undefined, owned: undefined, holdsSlot: false, dueAtMs });
  }

  async claim(
    { id, version }: { readonly id: string; readonly version: string },
    limit: number,
  ): Promise<void> {
    const serves = [{ workflow: 'work', version }];
    const { runs } = await this.store.claim({ executorId: id, serves, limit });
    expect(runs.length).toBeLessThanOrEqual(limit);
    for (const owned of runs) {
      const run = this.runs.find((one) => one.id === owned.id)!;
      expect(run).toMatchObject({ version, by: undefined, isOver: false });
      expect(run.dueAtMs).toBeLessThanOrEqual(this.clock.now());
      if (!run.hasBegun) this.starts.push({ atMs: this.clock.now(), key: run.key });
      const neededSlot = !run.holdsSlot;
      Object.assign(run, { by: id, owned, hasBegun: true, holdsSlot: true, dueAtMs: null });
      this.checkWithin(run, neededSlot);
    }
    if (runs.length < limit) this.checkNothingLeft(id, version);
  }

  /** Nobody was let in beyond a limit. */
  checkWithin(run: Known, neededSlot: boolean): void {
    const { concurrency, workerConcurrency, partitionConcurrency, rate: whole, partitionRate } = this.limits;
    expect(this.held(({ by }) => by === run.by)).toBeLessThanOrEqual(workerConcurrency ?? Infinity);
    if (neededSlot) {
      expect(this.held(() => true)).toBeLessThanOrEqual(concurrency ?? Infinity);
      expect(this.held(({ key }) => key === run.key)).toBeLessThanOrEqual(partitionConcurrency ?? Infinity);
    }
    const within = (perMs: number, keys?: readonly (string | null)[]) =>
      this.begun(this.clock.now() - perMs + 1, keys, this.begunBefore);
    if (whole) expect(within(whole.perMs)).toBeLessThanOrEqual(whole.limit);
    if (partitionRate) {
      expect(within(partitionRate.perMs, [run.key])).toBeLessThanOrEqual(partitionRate.limit);
    }
  }

  /** Whoever is due and admissible was taken while there was room. */
  checkNothingLeft(id: string, version: string): void {
    const { concurrency, workerConcurrency, partitionConcurrency, rate: whole, partitionRate } = this.limits;
    if (this.held(({ by }) => by === id) >= (workerConcurrency ?? Infinity)) return;
    // A rate may let in a 64th of its span late.
    const before = (perMs: number) => this.clock.now() - perMs - perMs / 64;
    const left = this.runs.filter((run) => {
      if (run.version !== version || run.by !== undefined || run.dueAtMs === null) return false;
      if (run.dueAtMs > this.clock.now()) return false;
      if (run.holdsSlot) return true;
      if (this.held(() => true) >= (concurrency ?? Infinity)) return false;
      if (this.held(({ key }) => key === run.key) >= (partitionConcurrency ?? Infinity)) return false;
      if (run.hasBegun) return true;
      if (whole && this.begun(before(whole.perMs)) >= whole.limit) return false;
      return !partitionRate || this.begun(before(partitionRate.perMs), [run.key]) < partitionRate.limit;
    });
    expect(left).toEqual([]);
  }

  held(which: (run: Known) => boolean): number {
    return this.runs.filter((run) => run.holdsSlot && which(run)).length;
  }

  begun(sinceMs: number, keys?: readonly (string | null)[], from = 0): number {
    return this.starts.slice(from).filter(({ atMs, key }) => atMs >= sinceMs && (!keys || keys.includes(key)))
      .length;
  }
}

test('whatever happens to a queue, its limits hold, and nothing admissible is left while a worker has room', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(action, { minLength: 20, maxLength: 80 }), async (first, actions) => {
      const world = new World();
      await world.open();
      await world.act({ do: 'limit', limits: first });
      for (const one of actions) await world.act(one);
    }),
    { numRuns: 150 },
  );
}, 60_000);
