import { expect } from 'vitest';
import { payload, release, succeed } from './entries.js';
import { call, set } from './mail-entries.js';
import { subject } from './subject.js';

export const events = subject('events', (test) => {
  test('an event has the value that was set last, of each name of each run', async (bench) => {
    const [one, two] = await bench.beginMany(2);
    await bench.writeAll([
      set(one!.id, 1, { step: call(one!, 'set', 0) }),
      set(two!.id, 2, { step: call(two!, 'set', 0) }),
      set(one!.id, 3, { step: call(one!, 'set', 1) }),
    ]);
    await bench.writeAll([set(one!.id, 4, { step: call(one!, 'set', 2), name: 'stage' })]);
    const asked = [
      { runId: one!.id, name: 'stage' },
      { runId: two!.id, name: 'progress' },
      { runId: one!.id, name: 'progress' },
      { runId: two!.id, name: 'stage' },
      { runId: 'nobody', name: 'stage' },
    ];
    expect(await bench.store.mail.events(asked)).toEqual([
      { run: 'open', value: payload(4) },
      { run: 'open', value: payload(2) },
      { run: 'open', value: payload(3) },
      { run: 'open', value: null },
      { run: null, value: null },
    ]);
  });

  test('a value is kept as it is, null too, and is there when its run has ended', async (bench) => {
    const run = await bench.begin();
    const value = payload(null, '[[[],"undefined"]]');
    await bench.writeAll([set(run.id, null, { step: call(run, 'set', 0), value })]);
    await bench.writeAll([set(run.id, null, { step: call(run, 'set', 1), name: 'null' })]);
    await bench.writeAll([succeed(run)]);
    const asked = ['progress', 'null', 'never'].map((name) => ({ runId: run.id, name }));
    expect(await bench.store.mail.events(asked)).toEqual([
      { run: 'ended', value },
      { run: 'ended', value: payload(null) },
      { run: 'ended', value: null },
    ]);
  });

  test('an event and the call that sets it are written together, or neither is', async (bench) => {
    const run = await bench.begin();
    const entry = set(run.id, 1, { step: call(run, 'set', 0) });
    await bench.writeAll([entry]);
    expect(await bench.store.steps(run.id)).toMatchObject([{ kind: 'set', ordinal: 1 }]);
    await bench.writeAll([release(run)]);
    const claimed = await bench.claimOne();
    expect(await bench.commit(set(run.id, 2, { step: call(run, 'set', 1) }))).toEqual({ kind: 'lost' });
    await bench.writeAll([set(run.id, 3, { step: call(claimed, 'set', 1) })]);
    const [answer] = await bench.store.mail.events([{ runId: run.id, name: 'progress' }]);
    expect(answer!.value).toEqual(payload(3));
    expect(await bench.store.steps(run.id)).toHaveLength(2);
  });

  test('one that is repeated does not come back over a later one', async (bench) => {
    const run = await bench.begin();
    const [own, outside] = [set(run.id, 1, { step: call(run, 'set', 0) }), set(run.id, 2)];
    await bench.writeAll([own, outside]);
    await bench.writeAll([set(run.id, 3)]);
    await bench.writeAll([own, outside]);
    const [answer] = await bench.store.mail.events([{ runId: run.id, name: 'progress' }]);
    expect(answer!.value).toEqual(payload(3));
  });

  test('one from a step is written only while the run is in the hands of whoever executes the step', async (bench) => {
    const run = await bench.begin();
    expect(await bench.commit(set(run.id, 1, { epoch: 1, seq: 0 }))).toEqual({ kind: 'written' });
    await bench.writeAll([release(run)]);
    expect(await bench.commit(set(run.id, 2, { epoch: 1, seq: 0 }))).toEqual({ kind: 'lost' });
    await bench.claimOne();
    expect(await bench.commit(set(run.id, 3, { epoch: 1, seq: 0 }))).toEqual({ kind: 'lost' });
    expect(await bench.commit(set(run.id, 4, { epoch: 2, seq: 0 }))).toEqual({ kind: 'written' });
    const [answer] = await bench.store.mail.events([{ runId: run.id, name: 'progress' }]);
    expect(answer!.value).toEqual(payload(4));
  });

  test('of a run that is not there, or has ended, nobody outside sets one', async (bench) => {
    const [run, ended] = await bench.beginMany(2);
    await bench.writeAll([succeed(ended!)]);
    const step = call(run!, 'set', 0);
    expect(
      await bench.store.commit([set('nobody', 1), set(ended!.id, 1), set(ended!.id, 1, { step })]),
    ).toEqual([{ kind: 'missing' }, { kind: 'ended' }, { kind: 'ended' }]);
    expect(await bench.store.steps(run!.id)).toEqual([]);
    expect(await bench.store.mail.events([{ runId: ended!.id, name: 'progress' }])).toEqual([
      { run: 'ended', value: null },
    ]);
  });

  test('whoever sees that a run has ended sees all that it set', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 20; round++) {
      const run = await bench.begin();
      const ending = (async () => {
        await bench.store.commit([set(run.id, round, { step: call(run, 'set', 0) })]);
        await bench.store.commit([succeed(run)]);
      })();
      for (;;) {
        const [answer] = await other.mail.events([{ runId: run.id, name: 'progress' }]);
        if (answer!.run !== 'ended') continue;
        expect(answer!.value).toEqual(payload(round));
        break;
      }
      await ending;
    }
  });
});
