import { expect } from 'vitest';
import { attempt, outcome, payload, SOME_TIME_MS } from './entries.js';
import { subject } from './subject.js';

export const journals = subject('journals', (test) => {
  test('a journal tells recorded outcomes from calls that only began', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([
      outcome(run, { seq: 0, ordinal: 2, output: payload('paid', '[[[],"date"]]') }),
      outcome(run, {
        seq: 1,
        ordinal: 1,
        name: 'mail',
        error: payload({ message: 'no' }),
        completedAtMs: SOME_TIME_MS + 1,
      }),
      attempt(run, 3, { seq: 2, name: 'retried' }),
      attempt(run, 1, { seq: 3, name: 'at most once', error: null, retryAtMs: null }),
    ]);
    const journal = (await bench.store.load([run.id])).get(run.id)!;
    expect([...journal].sort((a, b) => a.seq - b.seq)).toEqual([
      {
        state: 'recorded',
        seq: 0,
        ordinal: 2,
        kind: 'step',
        name: 'charge card',
        outcome: { ok: true, value: { json: '"paid"', extra: '[[[],"date"]]' } },
        completedAtMs: SOME_TIME_MS + 7,
      },
      {
        state: 'recorded',
        seq: 1,
        ordinal: 1,
        kind: 'step',
        name: 'mail',
        outcome: { ok: false, error: { json: '{"message":"no"}', extra: null } },
        completedAtMs: SOME_TIME_MS + 1,
      },
      {
        state: 'open',
        seq: 2,
        kind: 'step',
        name: 'retried',
        attempt: 3,
        retryAtMs: SOME_TIME_MS + 600,
        childId: null,
      },
      {
        state: 'open',
        seq: 3,
        kind: 'step',
        name: 'at most once',
        attempt: 1,
        retryAtMs: null,
        childId: null,
      },
    ]);
  });

  test('a call that came out as nothing is a success', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run, { output: payload(null) })]);
    const journal = (await bench.store.load([run.id])).get(run.id)!;
    expect(journal).toMatchObject([{ outcome: { ok: true, value: { json: 'null', extra: null } } }]);
  });

  test('the journals of many runs are loaded together, and none gets mixed up', async (bench) => {
    const runs = await bench.beginMany(100);
    await bench.writeAll(
      runs.flatMap((run, n) =>
        Array.from({ length: n % 5 }, (_, seq) =>
          outcome(run, { seq, ordinal: seq + 1, output: payload(`${n}.${seq}`) }),
        ),
      ),
    );
    const loaded = await bench.store.load(runs.map(({ id }) => id));
    for (const [n, run] of runs.entries()) {
      const values = (loaded.get(run.id) ?? []).map((entry) => entry.state === 'recorded' && entry.outcome);
      const recorded = Array.from({ length: n % 5 }, (_, seq) => ({
        ok: true,
        value: payload(`${n}.${seq}`),
      }));
      expect(values).toHaveLength(n % 5);
      expect(values).toEqual(expect.arrayContaining(recorded));
    }
  });

  test('a journal holds what all epochs wrote', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([outcome(run)]);
    await bench.writeAll([{ op: 'release', runId: run.id, epoch: run.epoch }]);
    const claimed = await bench.claimOne();
    await bench.writeAll([outcome(claimed, { seq: 1, ordinal: 2 })]);
    const journal = (await bench.store.load([run.id])).get(run.id)!;
    expect(journal.map(({ seq }) => seq).sort()).toEqual([0, 1]);
  });

  test('a run without a journal, and one that is not there, have nothing to load', async (bench) => {
    const run = await bench.begin();
    const loaded = await bench.store.load([run.id, bench.id('missing')]);
    expect([...loaded.values()].flat()).toEqual([]);
  });

  test('a long journal is loaded whole', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll(Array.from({ length: 2000 }, (_, seq) => outcome(run, { seq, ordinal: seq + 1 })));
    const journal = (await bench.store.load([run.id])).get(run.id)!;
    expect(new Set(journal.map(({ seq }) => seq)).size).toBe(2000);
  });
});
