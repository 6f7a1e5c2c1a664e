import { runOf, type StoreEntry } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { attempt, fail, outcome, park, payload, release, SOME_TIME_MS, start, succeed } from './entries.js';
import { subject } from './subject.js';

const WRITTEN = { kind: 'written' };
const LOST = { kind: 'lost' };

/** Entries of every kind, for many runs, in no order; and the runs they are about. */
async function medley(bench: Bench): Promise<{ readonly entries: StoreEntry[]; readonly ids: string[] }> {
  const parent = await bench.begin();
  const children = await bench.beginMany(5, { parentId: parent.id });
  const runs = await bench.beginMany(30);
  const fresh = Array.from({ length: 10 }, () => bench.newRun());
  const held = await Promise.all(Array.from({ length: 10 }, () => bench.newHeldRun()));
  const entries: StoreEntry[] = [
    ...children.map((child) => succeed(child, { parentId: parent.id })),
    ...runs.slice(0, 5).flatMap((run) => [outcome(run), attempt(run, 1, { seq: 1 })]),
    ...runs.slice(5, 10).map((run) => park(run, { wakeAtMs: SOME_TIME_MS })),
    ...runs.slice(10, 15).map((run) => release(run)),
    ...runs.slice(15, 20).map((run) => fail(run)),
    ...runs.slice(20, 25).flatMap((run) => [outcome(run), park(run)]),
    ...runs.slice(25, 30).flatMap((run) => [outcome(run), succeed(run)]),
    ...[...fresh, ...held].map(start),
  ];
  // Every seventh, around and around: entries of one kind stand apart, those of one run keep their order.
  const shuffled = Array.from({ length: 7 }, (_, rest) =>
    entries.filter((_, index) => index % 7 === rest),
  ).flat();
  const byRun = new Map<string, StoreEntry[]>();
  for (const entry of entries) byRun.set(runOf(entry), [...(byRun.get(runOf(entry)) ?? []), entry]);
  const inOrder = shuffled.map((entry) => byRun.get(runOf(entry))!.shift()!);
  return { entries: inOrder, ids: [parent, ...children, ...runs, ...fresh, ...held].map(({ id }) => id) };
}

export const atomicity = subject('atomicity', (test) => {
  test('a batch of entries of every kind, for many runs, is written whole', async (bench) => {
    const { entries } = await medley(bench);
    expect(await bench.store.commit(entries)).toEqual(entries.map(() => WRITTEN));
    for (const entry of entries) {
      const { run, steps } = await bench.inFull(runOf(entry));
      if (entry.op === 'step') expect(steps.map(({ seq }) => seq)).toContain(entry.seq);
      if (entry.op === 'finish')
        expect(run).toMatchObject({ state: entry.state, output: entry.output, error: entry.error });
      if (entry.op === 'park') expect(run).toMatchObject({ state: 'waiting', wakeAtMs: entry.wakeAtMs });
      if (entry.op === 'release') expect(run).toMatchObject({ state: 'pending' });
      if (entry.op === 'start')
        expect(run).toMatchObject({ key: entry.run.key, executorId: entry.run.executorId });
    }
  });

  test('a batch that is repeated is answered as written, and changes nothing', async (bench) => {
    const { entries, ids } = await medley(bench);
    await bench.writeAll(entries);
    const lookAround = () => bench.commit(park({ id: ids[0]!, epoch: 1 }));
    const told = await lookAround();
    expect(told.kind).toBe('signalled');
    const before = await Promise.all(ids.map((id) => bench.inFull(id)));
    expect(await bench.store.commit(entries)).toEqual(
      // The step of a run that has left its executor's hands meanwhile is lost on nobody: it was written before.
      entries.map((entry) => (entry.op === 'step' ? expect.toSatisfy(isWrittenOrLost) : WRITTEN)),
    );
    expect(await Promise.all(ids.map((id) => bench.inFull(id)))).toEqual(before);
    expect(await lookAround()).toEqual(told);
  });

  test('a batch of steps that is repeated by who still holds the runs is written', async (bench) => {
    const runs = await bench.beginMany(20);
    const entries = runs.flatMap((run) => [outcome(run), attempt(run, 2, { seq: 1 })]);
    await bench.writeAll(entries);
    expect(await bench.store.commit(entries)).toEqual(entries.map(() => WRITTEN));
  });

  test('the answers stand in the order of the entries', async (bench) => {
    const [run, parent, told] = await bench.beginMany(3);
    const child = await bench.begin({ parentId: parent!.id });
    await bench.writeAll([succeed(child, { parentId: parent!.id })]);
    const fresh = bench.newRun();
    const entries = [
      succeed({ id: bench.id('missing'), epoch: 1 }),
      start(fresh),
      park(parent!),
      outcome(run!),
      start(bench.newRun({ id: run!.id })),
      outcome({ id: run!.id, epoch: 2 }, { seq: 1 }),
      fail(told!),
      release({ id: bench.id('missing'), epoch: 1 }),
    ];
    const answers = [
      LOST,
      WRITTEN,
      { kind: 'signalled', signals: 1 },
      WRITTEN,
      { kind: 'exists' },
      LOST,
      WRITTEN,
      LOST,
    ];
    expect(await bench.store.commit(entries)).toEqual(answers);
  });

  test('an entry that is lost takes none of its neighbours with it', async (bench) => {
    const runs = await bench.beginMany(5);
    await bench.store.cancel([runs[2]!.id]);
    const outcomes = await bench.store.commit(runs.map((run) => outcome(run)));
    expect(outcomes).toEqual([WRITTEN, WRITTEN, LOST, WRITTEN, WRITTEN]);
    const recorded = await Promise.all(runs.map(async ({ id }) => (await bench.store.steps(id)).length));
    expect(recorded).toEqual([1, 1, 0, 1, 1]);
  });

  const broken = { json: '{"never":', extra: null };

  test('an entry that is refused takes none of its neighbours with it', async (bench) => {
    const runs = await bench.beginMany(6);
    const [sound, unsound] = [bench.newRun(), bench.newRun({ input: broken })];
    const entries = [
      outcome(runs[0]!),
      outcome(runs[1]!, { output: broken }),
      start(unsound),
      start(sound),
      succeed(runs[2]!, { output: broken }),
      succeed(runs[3]!),
      park(runs[4]!),
      outcome(runs[5]!, { output: payload('paid', 'not JSON') }),
    ];
    const outcomes = await bench.store.commit(entries);
    const refused = { kind: 'refused', error: expect.any(Error) };
    expect(outcomes).toEqual([WRITTEN, refused, refused, WRITTEN, refused, WRITTEN, WRITTEN, refused]);
    expect(await bench.store.steps(runs[0]!.id)).toHaveLength(1);
    expect(await bench.store.steps(runs[1]!.id)).toEqual([]);
    expect(await bench.store.run(unsound.id)).toBeUndefined();
    expect(await bench.see(sound.id)).toMatchObject({ state: 'pending' });
    expect(await bench.see(runs[2]!.id)).toMatchObject({ state: 'running' });
    expect(await bench.see(runs[3]!.id)).toMatchObject({ state: 'succeeded' });
    expect(await bench.see(runs[4]!.id)).toMatchObject({ state: 'waiting' });
    expect(await bench.store.steps(runs[5]!.id)).toEqual([]);
  });

  test('an entry that is refused can be followed by one that is sound', async (bench) => {
    const run = await bench.begin();
    expect(await bench.commit(outcome(run, { output: broken }))).toMatchObject({ kind: 'refused' });
    expect(await bench.commit(outcome(run, { ordinal: 2 }))).toEqual(WRITTEN);
  });

  test('a name that holds a NUL character is refused, alone', async (bench) => {
    const runs = await bench.beginMany(2);
    const outcomes = await bench.store.commit([outcome(runs[0]!, { name: 'a\0b' }), outcome(runs[1]!)]);
    expect(outcomes).toMatchObject([{ kind: 'refused' }, { kind: 'written' }]);
  });

  test('one bad entry among hundreds is refused alone', async (bench) => {
    const runs = await bench.beginMany(300);
    const entries = runs.map((run, n) => outcome(run, n === 171 ? { output: broken } : {}));
    const outcomes = await bench.store.commit(entries);
    expect(outcomes.map(({ kind }) => kind)).toEqual(runs.map((_, n) => (n === 171 ? 'refused' : 'written')));
  });

  test('a step that comes in one batch with the end of its run does not hinder it', async (bench) => {
    const runs = await bench.beginMany(20);
    // The loser of a race: its outcome may arrive just when the run ends.
    const entries = runs.flatMap((run, n) =>
      n % 2 ? [outcome(run), succeed(run)] : [succeed(run), outcome(run)],
    );
    const outcomes = await bench.store.commit(entries);
    for (const [index, { kind }] of outcomes.entries()) {
      if (entries[index]!.op === 'finish') expect(kind).toBe('written');
      else expect(isWrittenOrLost({ kind })).toBe(true);
    }
  });

  test('a batch may hold two thousand entries', async (bench) => {
    const runs = await Promise.all(Array.from({ length: 2000 }, () => bench.newHeldRun()));
    const written = runs.map(() => WRITTEN);
    expect(await bench.store.commit(runs.map(start))).toEqual(written);
    expect(await bench.store.commit(runs.map((run) => outcome(run)))).toEqual(written);
    expect(await bench.store.commit(runs.map((run) => succeed(run)))).toEqual(written);
    const statuses = await bench.store.statuses(runs.map(({ id }) => id));
    expect(statuses.filter(({ state }) => state === 'succeeded')).toHaveLength(2000);
  });

  test('batches that wake the same parents in opposite orders both come through', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const parents = await bench.beginMany(20);
      await bench.writeAll(parents.map((parent) => park(parent)));
      const ends = [];
      for (const { id: parentId } of [...parents, ...[...parents].reverse()]) {
        ends.push(succeed(await bench.begin({ parentId }), { parentId }));
      }
      const outcomes = await Promise.all([
        bench.store.commit(ends.slice(0, parents.length)),
        other.commit(ends.slice(parents.length)),
      ]);
      expect(outcomes.flat()).toEqual(ends.map(() => WRITTEN));
      const { runs } = await bench.claim();
      expect(runs.map(({ signals }) => signals)).toEqual(parents.map(() => 2));
    }
  });

  test('batches of many callers at once are answered each to its own', async (bench) => {
    const stores = [bench.store, await bench.another()];
    const runs = await bench.beginMany(40);
    await Promise.all(
      runs.map(async (run, n) => {
        for (let seq = 0; seq < 5; seq++) {
          const outcomes = await stores[n % 2]!.commit([
            outcome(run, { seq, ordinal: seq + 1, name: `${n}.${seq}` }),
          ]);
          expect(outcomes).toEqual([WRITTEN]);
        }
      }),
    );
    for (const [n, run] of runs.entries()) {
      expect((await bench.store.steps(run.id)).map(({ name }) => name)).toEqual(
        [0, 1, 2, 3, 4].map((seq) => `${n}.${seq}`),
      );
    }
  });
});

function isWrittenOrLost({ kind }: { readonly kind: string }): boolean {
  return kind === 'written' || kind === 'lost';
}
