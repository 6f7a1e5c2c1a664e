import type { RunCriteria, RunPageRequest, RunPosition } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { listed, pageOf } from './criteria.js';
import { fail, park, payload, SOME_TIME_MS, succeed, vacate } from './entries.js';
import { testQueue } from './queue-bench.js';
import { subject } from './subject.js';

/** What lists only runs of this test. */
function mine(bench: Bench): Partial<RunCriteria> {
  return { workflows: [bench.served.workflow] };
}

/** Runs of this test that meet criteria, as their ids. */
function found(bench: Bench, criteria: Partial<RunCriteria>): Promise<readonly string[]> {
  return listed(bench.store, { ...mine(bench), ...criteria });
}

/** All pages of a list. */
async function pages(
  bench: Bench,
  request: Partial<RunPageRequest>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<readonly (readonly string[])[]> {
  const all: string[][] = [];
  for (let after: RunPosition | null = null; ; ) {
    const page = await pageOf(bench.store, mine(bench), { ...request, after });
    all.push(page.runs.map(({ id }) => id));
    if (page.next === null) return all;
    after = page.next;
    await between();
  }
}

export const listing = subject('listing', (test) => {
  test('a list goes from the oldest run to the newest, or the other way round', async (bench) => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await bench.queue(1))[0]!.id);
    expect(await found(bench, {})).toEqual(ids);
    const newest = await pageOf(bench.store, mine(bench), { order: 'newest' });
    expect(newest.runs.map(({ id }) => id)).toEqual([...ids].reverse());
  });

  test('pages hold every run once, also of runs that were recorded in one moment', async (bench) => {
    const ids = (await bench.queue(25)).map(({ id }) => id);
    const oldest = await pages(bench, { limit: 10 });
    expect(oldest.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(oldest.flat()).toEqual(ids);
    const newest = await pages(bench, { limit: 5, order: 'newest' });
    expect(newest.map(({ length }) => length)).toEqual([5, 5, 5, 5, 5]);
    expect(newest.flat()).toEqual([...ids].reverse());
  });

  test('runs that come in meanwhile shift nothing', async (bench) => {
    const ids = (await bench.queue(9)).map(({ id }) => id);
    const newest = await pages(bench, { limit: 2, order: 'newest' }, () => bench.queue(3));
    expect(newest.flat()).toEqual([...ids].reverse());
  });

  test('nothing that matches is an empty page', async (bench) => {
    expect(await pageOf(bench.store, mine(bench))).toEqual({ runs: [], next: null });
  });

  test('without payloads a run is all but its values, and with them all', async (bench) => {
    const run = await bench.begin({ tags: '{"a":1}', priority: 3, partitionKey: 'p' });
    await bench.writeAll([succeed(run, { output: payload(1, '[[[],"bigint"]]') })]);
    const whole = await bench.see(run.id);
    const bare = { ...whole, input: null, output: null, error: null };
    expect((await pageOf(bench.store, mine(bench))).runs).toEqual([bare]);
    expect((await pageOf(bench.store, mine(bench), { withPayloads: true })).runs).toEqual([whole]);
  });

  test('runs are found by id, by several, and by how their ids begin', async (bench) => {
    const [a, b, c] = (await bench.queue(3)).map(({ id }) => id);
    expect(await found(bench, { ids: [c!, a!, bench.id('missing')] })).toEqual([a, c]);
    expect(await found(bench, { idPrefixes: [b!.slice(0, -1)] })).toEqual([b]);
    expect(await found(bench, { idPrefixes: [a!, c!] })).toEqual([a, c]);
    const odd = [bench.id('50%_off'), bench.id('50%xoff'), bench.id('z\u{10ffff}'), bench.id('z\ud7ff')];
    for (const id of odd) await bench.queue(1, { id });
    expect(await found(bench, { idPrefixes: ['50%_'] })).toEqual([odd[0]]);
    expect(await found(bench, { idPrefixes: ['z\u{10ffff}'] })).toEqual([odd[2]]);
    expect(await found(bench, { idPrefixes: ['z\ud7ff'] })).toEqual([odd[3]]);
  });

  test('runs are found by what they are, by one value or any of several', async (bench) => {
    const other = bench.id('workflow');
    const [plain, second, mail] = [
      (await bench.queue(1))[0]!.id,
      (await bench.queue(1, { version: '2', schedule: 'nightly' }))[0]!.id,
      (await bench.queue(1, { queue: 'mail', partitionKey: 'north', deduplicationKey: bench.id('d') }))[0]!
        .id,
    ];
    const child = (await bench.queue(1, { parentId: plain }))[0]!.id;
    const elsewhere = (await bench.queue(1, { workflow: other }))[0]!.id;
    const { deduplicationKey } = await bench.see(mail);
    const all = [plain, second, mail, child];
    expect(await found(bench, { versions: ['2'] })).toEqual([second]);
    expect(await found(bench, { versions: ['1', '2'] })).toEqual(all);
    expect(await found(bench, { schedules: ['nightly', 'daily'] })).toEqual([second]);
    expect(await found(bench, { queues: ['mail'] })).toEqual([mail]);
    expect(await found(bench, { queues: ['mail', 'other'], partitionKeys: ['north'] })).toEqual([mail]);
    expect(await found(bench, { partitionKeys: ['south'] })).toEqual([]);
    expect(await found(bench, { deduplicationKeys: [deduplicationKey!] })).toEqual([mail]);
    expect(await found(bench, { parentIds: [plain, second] })).toEqual([child]);
    expect(await found(bench, { hasParent: true })).toEqual([child]);
    expect(await found(bench, { hasParent: false })).toEqual([plain, second, mail]);
    expect(await found(bench, { hasQueue: true })).toEqual([mail]);
    expect(await found(bench, { hasQueue: false })).toEqual([plain, second, child]);
    expect(await found(bench, { isFork: true })).toEqual([]);
    expect(await found(bench, { isFork: false })).toEqual(all);
    expect(await found(bench, { forkedFrom: [plain] })).toEqual([]);
    expect(await found(bench, { workflows: [bench.served.workflow, other] })).toEqual([...all, elsewhere]);
    expect(await found(bench, { workflows: [other] })).toEqual([elsewhere]);
  });

  test('what a run is finds it whether it has ended or not, in order and page by page', async (bench) => {
    const place = { queue: bench.id('q'), partitionKey: bench.id('p'), version: '7' };
    const made = await bench.queue(6, place);
    await bench.queue(2, { queue: bench.id('other'), partitionKey: bench.id('other') });
    const ids = made.map(({ id }) => id);
    const ended = [ids[1]!, ids[2]!, ids[4]!];
    await bench.store.cancel(ended);
    const ways: readonly Partial<RunCriteria>[] = [
      { queues: [place.queue] },
      { queues: [place.queue, bench.id('none')], versions: ['6', '7'] },
      { partitionKeys: [place.partitionKey] },
      { versions: ['7', '8'] },
      { partitionKeys: [place.partitionKey], queues: [place.queue], versions: ['7'] },
    ];
    for (const way of ways) {
      expect(await found(bench, way)).toEqual(ids);
      expect(await found(bench, { ...way, states: ['cancelled'] })).toEqual(ended);
      expect(await found(bench, { ...way, states: ['cancelled', 'pending'] })).toEqual(ids);
      expect(await found(bench, { ...way, states: ['succeeded', 'running', 'waiting'] })).toEqual([]);
      const criteria = { ...mine(bench), ...way };
      const first = await pageOf(bench.store, criteria, { order: 'newest', limit: 4 });
      const second = await pageOf(bench.store, criteria, { order: 'newest', limit: 4, after: first.next });
      const both = [...first.runs, ...second.runs].map(({ id }) => id);
      expect(both).toEqual([...ids].reverse());
      expect(second.next).toBeNull();
    }
  });

  test('runs in hands stand in their place among the others, page by page', async (bench) => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push((await bench.begin()).id, (await bench.queue(1))[0]!.id);
    expect(await found(bench, {})).toEqual(ids);
    for (const limit of [1, 3]) {
      const newest = await pages(bench, { limit, order: 'newest' });
      expect(newest.flat()).toEqual([...ids].reverse());
    }
    expect(await found(bench, { states: ['pending', 'running'] })).toEqual(ids);
  });

  test('a cancelled run whose code still runs is found as any other', async (bench) => {
    const queue = testQueue(bench);
    await queue.limit({ concurrency: 1 });
    await queue.put(2);
    const [run] = await queue.take();
    await bench.store.cancel([run!.id]);
    const cancelled: Partial<RunCriteria> = { states: ['cancelled'] };
    const way: Partial<RunCriteria> = { queues: [queue.name], versions: [bench.served.version] };
    for (const isHeld of [true, false]) {
      expect(await found(bench, cancelled)).toEqual([run!.id]);
      expect(await found(bench, { ...way, ...cancelled })).toEqual([run!.id]);
      expect(await found(bench, way)).toHaveLength(2);
      if (isHeld) await bench.writeAll([vacate(run!)]);
    }
  });

  test('runs are found by state, by each and by any of several', async (bench) => {
    const [succeeded, failed, cancelled, waiting, running] = (await bench.beginMany(5)) as never[] as [
      ...Awaited<ReturnType<Bench['beginMany']>>,
    ];
    const [pending] = await bench.queue(1);
    await bench.writeAll([succeed(succeeded!), fail(failed!), park(waiting!)]);
    await bench.store.cancel([cancelled!.id]);
    const by = { succeeded, failed, cancelled, waiting, running, pending } as const;
    for (const [state, run] of Object.entries(by)) {
      expect(await found(bench, { states: [state as keyof typeof by] })).toEqual([run!.id]);
    }
    expect(await found(bench, { states: ['paused'] })).toEqual([]);
    expect(await found(bench, { states: ['running', 'failed', 'pending'] })).toEqual([
      failed!.id,
      running!.id,
      pending!.id,
    ]);
    const page = await pageOf(
      bench.store,
      { ...mine(bench), states: ['succeeded', 'failed', 'waiting'] },
      { limit: 2 },
    );
    expect(page.runs.map(({ id }) => id)).toEqual([succeeded!.id, failed!.id]);
    const rest = await pageOf(
      bench.store,
      { ...mine(bench), states: ['succeeded', 'failed', 'waiting'] },
      { limit: 2, after: page.next },
    );
    expect(rest).toMatchObject({ runs: [{ id: waiting!.id }], next: null });
  });

  test('runs are found by who holds them or held them last', async (bench) => {
    const [mineId, otherId] = [await bench.self(), await bench.executor()];
    const [running, ended] = await bench.beginMany(2);
    const [others] = await bench.beginMany(1, { executorId: otherId });
    await bench.queue(1);
    await bench.writeAll([succeed(ended!)]);
    expect(await found(bench, { executorIds: [mineId] })).toEqual([running!.id, ended!.id]);
    expect(await found(bench, { executorIds: [mineId], states: ['running'] })).toEqual([running!.id]);
    expect(await found(bench, { executorIds: [otherId, bench.id('nobody')] })).toEqual([others!.id]);
  });

  test('runs are found by what their tags contain', async (bench) => {
    const tagged = async (tags: unknown): Promise<string> =>
      (await bench.queue(1, { tags: tags === null ? null : JSON.stringify(tags) }))[0]!.id;
    await tagged(null);
    const none = await tagged({});
    const one = await tagged({ customer: 42, at: { city: 'Ulm', floor: 2 } });
    const two = await tagged({ customer: 42, roles: ['a', 'b', { c: 1 }], flag: null });
    const by = (tags: unknown): Promise<readonly string[]> => found(bench, { tags: JSON.stringify(tags) });
    expect(await by({})).toEqual([none, one, two]);
    expect(await by({ customer: 42 })).toEqual([one, two]);
    expect(await by({ customer: '42' })).toEqual([]);
    expect(await by({ at: { city: 'Ulm' } })).toEqual([one]);
    expect(await by({ at: 'Ulm' })).toEqual([]);
    expect(await by({ customer: 42, roles: ['b'] })).toEqual([two]);
    expect(await by({ roles: [{ c: 1 }, 'a', 'a'] })).toEqual([two]);
    expect(await by({ roles: 'a' })).toEqual([]);
    expect(await by({ flag: null })).toEqual([two]);
  });

  test('runs are found by when they were recorded, taken up and ended: from then on, and before', async (bench) => {
    const [early, late] = [
      await bench.begin({ startedAtMs: SOME_TIME_MS }),
      await bench.begin({ startedAtMs: SOME_TIME_MS + 1000 }),
    ];
    const [never] = await bench.queue(1);
    await bench.writeAll([succeed(early)]);
    const started = (fromMs: number | null, toMs: number | null) =>
      found(bench, { started: { fromMs, toMs } });
    expect(await started(SOME_TIME_MS, null)).toEqual([early.id, late.id]);
    expect(await started(SOME_TIME_MS, SOME_TIME_MS + 1000)).toEqual([early.id]);
    expect(await started(SOME_TIME_MS + 1, null)).toEqual([late.id]);
    expect(await started(null, SOME_TIME_MS)).toEqual([]);
    const { createdAtMs } = await bench.see(late.id);
    const all = await found(bench, {
      created: { fromMs: createdAtMs - 600_000, toMs: createdAtMs + 600_000 },
    });
    expect(all).toEqual([early.id, late.id, never!.id]);
    expect(await found(bench, { created: { fromMs: createdAtMs + 600_000, toMs: null } })).toEqual([]);
    const { completedAtMs } = await bench.see(early.id);
    expect(await found(bench, { completed: { fromMs: completedAtMs! - 1000, toMs: null } })).toEqual([
      early.id,
    ]);
    expect(await found(bench, { completed: { fromMs: null, toMs: completedAtMs! - 1000 } })).toEqual([]);
  });

  test('an empty list of values matches nothing', async (bench) => {
    await bench.queue(1);
    expect(await found(bench, { states: [] })).toEqual([]);
    expect(await found(bench, { ids: [] })).toEqual([]);
    expect(await found(bench, { idPrefixes: [] })).toEqual([]);
    expect(await listed(bench.store, { workflows: [] })).toEqual([]);
  });

  test('many values at once are no trouble', async (bench) => {
    const ids = (await bench.queue(3)).map(({ id }) => id);
    const others = Array.from({ length: 900 }, (_, n) => `nothing ${n}`);
    expect(await found(bench, { ids: [...others, ...ids] })).toEqual(ids);
    expect(await listed(bench.store, { workflows: [...others, bench.served.workflow] })).toEqual(ids);
    expect(await found(bench, { versions: [...others, '1'], states: ['pending', 'failed'] })).toEqual(ids);
  });
});
