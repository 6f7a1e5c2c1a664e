import type { EntryOutcome, Payload, Store } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { outcome, park, payload, release, succeed } from './entries.js';
import { call, receive, send } from './mail-entries.js';
import { subject } from './subject.js';

/** What waits for a run on a channel, in order. */
async function waiting(store: Store, runId: string, channel = 'letters', afterId: string | null = null) {
  const [messages] = await store.mail.messages([{ runId, channel, afterId, limit: 1000 }]);
  return messages!;
}

async function values(store: Store, runId: string, channel?: string): Promise<unknown[]> {
  return (await waiting(store, runId, channel)).map(({ value }) => parse(value));
}

function parse({ json }: Payload): unknown {
  return JSON.parse(json);
}

const WRITTEN: EntryOutcome = { kind: 'written' };

export const messages = subject('messages', (test) => {
  test('a message is there for the run and the channel it was sent to, as it was sent', async (bench) => {
    const [run, other] = await bench.beginMany(2);
    const value = payload({ a: [1] }, '[[["a"],"set"]]');
    await bench.writeAll([send(run!.id, null, { value })]);
    expect(await waiting(bench.store, run!.id)).toEqual([
      { id: expect.any(String), value, traceContext: null },
    ]);
    expect(await waiting(bench.store, run!.id, 'bills')).toEqual([]);
    expect(await waiting(bench.store, other!.id)).toEqual([]);
  });

  test('messages of one batch are received in the order of the batch, whatever runs they come from and go to', async (bench) => {
    const runs = await bench.beginMany(5);
    const entries = [...runs.keys()].flatMap((n) =>
      [...runs].reverse().map((target, m) => {
        const sender = runs[(n + m) % runs.length]!;
        return send(target.id, n, { step: call(sender, 'send', n * runs.length + m) });
      }),
    );
    await bench.writeAll(entries);
    for (const { id } of runs) expect(await values(bench.store, id)).toEqual([0, 1, 2, 3, 4]);
  });

  test('messages of many batches at once are in the order of their commits for each sender', async (bench) => {
    const other = await bench.another();
    const run = await bench.begin();
    await Promise.all(
      [bench.store, other].map(async (store, n) => {
        for (let m = 0; m < 30; m++) await bench.writeAll([send(run.id, [n, m])], store);
      }),
    );
    const seen = (await values(bench.store, run.id)) as [number, number][];
    expect(seen).toHaveLength(60);
    for (const n of [0, 1]) {
      expect(seen.filter(([from]) => from === n).map(([, m]) => m)).toEqual([...Array(30).keys()]);
    }
  });

  test('whoever has seen a message never finds an earlier one later', async (bench) => {
    const other = await bench.another();
    const run = await bench.begin();
    let isOver = false;
    const sending = Promise.all(
      [bench.store, other].map(async (store) => {
        for (let m = 0; m < 25; m++) await store.commit([send(run.id, m), send(run.id, m)]);
      }),
    ).finally(() => {
      isOver = true;
    });
    const seen: string[] = [];
    while (!isOver) {
      seen.push(...(await waiting(other, run.id, 'letters', seen.at(-1) ?? null)).map(({ id }) => id));
    }
    await sending;
    seen.push(...(await waiting(other, run.id, 'letters', seen.at(-1) ?? null)).map(({ id }) => id));
    expect(seen).toEqual((await waiting(other, run.id)).map(({ id }) => id));
    expect(seen).toHaveLength(100);
  });

  test('several questions are answered in their order, each after its own id and to its own limit', async (bench) => {
    const [one, two] = await bench.beginMany(2);
    await bench.writeAll([0, 1, 2, 3].flatMap((n) => [send(one!.id, n), send(two!.id, n + 10)]));
    const [first] = await waiting(bench.store, one!.id);
    const ask = { channel: 'letters', limit: 2 };
    const answers = await bench.store.mail.messages([
      { ...ask, runId: two!.id, afterId: null },
      { ...ask, runId: 'nobody', afterId: null },
      { ...ask, runId: one!.id, afterId: first!.id },
    ]);
    expect(answers.map((list) => list.map(({ value }) => parse(value)))).toEqual([[10, 11], [], [1, 2]]);
    expect(await bench.store.mail.messages([])).toEqual([]);
  });

  test('a message and the call that sends it are written together', async (bench) => {
    const [sender, target] = await bench.beginMany(2);
    await bench.writeAll([send(target!.id, 'x', { step: call(sender!, 'send', 0) })]);
    expect(await bench.store.steps(sender!.id)).toMatchObject([{ kind: 'send', ordinal: 1 }]);
    expect(await values(bench.store, target!.id)).toEqual(['x']);
  });

  test('of a sender that lost its run neither is written', async (bench) => {
    const [sender, target] = await bench.beginMany(2);
    await bench.writeAll([release(sender!)]);
    await bench.claimOne();
    const entry = send(target!.id, 'x', { step: call(sender!, 'send', 0) });
    expect(await bench.commit(entry)).toEqual({ kind: 'lost' });
    expect(await bench.store.steps(sender!.id)).toEqual([]);
    expect(await values(bench.store, target!.id)).toEqual([]);
    expect((await bench.commit(park(target!))).kind).toBe('written');
  });

  test('a sending that is repeated is written, and the message is there once', async (bench) => {
    const [sender, target] = await bench.beginMany(2);
    const entries = [send(target!.id, 'x', { step: call(sender!, 'send', 0) }), send(target!.id, 'y')];
    await bench.writeAll(entries);
    const again = await bench.store.commit(entries);
    expect(again.map(({ kind }) => kind)).toEqual(['written', 'written']);
    expect(await values(bench.store, target!.id)).toEqual(['x', 'y']);
  });

  test('a sending that is repeated after its run ended, or was received, is written all the same', async (bench) => {
    const [sender, target] = await bench.beginMany(2);
    const entry = send(target!.id, 'x', { step: call(sender!, 'send', 0) });
    await bench.writeAll([entry]);
    await bench.writeAll([succeed(target!)]);
    expect(await bench.commit(entry)).toMatchObject({ kind: 'written' });
    expect(await values(bench.store, target!.id)).toEqual(['x']);
  });

  test('to a run that is not there nothing is sent, and the call is not recorded', async (bench) => {
    const sender = await bench.begin();
    const entries = [
      send(bench.id('nobody'), 'x'),
      send(bench.id('nobody'), 'x', { step: call(sender, 'send', 0) }),
    ];
    expect(await bench.store.commit(entries)).toEqual([{ kind: 'missing' }, { kind: 'missing' }]);
    expect(await bench.store.steps(sender.id)).toEqual([]);
  });

  test('to a run that has ended nothing is sent, and the call is not recorded', async (bench) => {
    const [sender, target, cancelled] = await bench.beginMany(3);
    await bench.writeAll([succeed(target!)]);
    await bench.store.cancel([cancelled!.id]);
    const entries = [
      send(target!.id, 'x'),
      send(cancelled!.id, 'x'),
      send(target!.id, 'x', { step: call(sender!, 'send', 0), key: 'unknown' }),
    ];
    expect(await bench.store.commit(entries)).toEqual(entries.map(() => ({ kind: 'ended' })));
    expect(await bench.store.steps(sender!.id)).toEqual([]);
    expect(await values(bench.store, target!.id)).toEqual([]);
  });

  test('what cannot be sent keeps nothing else in its batch from being written', async (bench) => {
    const [sender, target] = await bench.beginMany(2);
    const outcomes = await bench.store.commit([
      send('nobody', 'x', { step: call(sender!, 'send', 0) }),
      send(target!.id, 'y', { step: call(sender!, 'send', 1) }),
      outcome(target!),
      { op: 'start', run: bench.newRun() },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['missing', 'written', 'written', 'written']);
    expect(await values(bench.store, target!.id)).toEqual(['y']);
    expect((await bench.store.steps(sender!.id)).map(({ seq }) => seq)).toEqual([1]);
  });

  test('a second message to a run with the same key is the same message, and its call is recorded', async (bench) => {
    const [sender, one, two] = await bench.beginMany(3);
    await bench.writeAll([send(one!.id, 1, { key: 'k' })]);
    await bench.writeAll([
      send(one!.id, 2, { key: 'k', step: call(sender!, 'send', 0) }),
      send(one!.id, 3, { key: 'k', channel: 'bills' }),
      send(two!.id, 4, { key: 'k' }),
      send(two!.id, 5, { key: 'k' }),
      send(two!.id, 6, { key: 'l' }),
    ]);
    expect(await values(bench.store, one!.id)).toEqual([1]);
    expect(await values(bench.store, one!.id, 'bills')).toEqual([]);
    expect(await values(bench.store, two!.id)).toEqual([4, 6]);
    expect(await bench.store.steps(sender!.id)).toHaveLength(1);
  });

  test('a second message with the same key to a run that has ended exists', async (bench) => {
    const [sender, target] = await bench.beginMany(2);
    await bench.writeAll([send(target!.id, 1, { key: 'k' })]);
    await bench.writeAll([succeed(target!)]);
    const entries = [
      send(target!.id, 2, { key: 'k' }),
      send(target!.id, 2, { key: 'k', step: call(sender!, 'send', 0) }),
    ];
    expect(await bench.store.commit(entries)).toEqual([{ kind: 'exists' }, { kind: 'exists' }]);
    expect(await bench.store.steps(sender!.id)).toEqual([]);
  });

  test('one key is one message, whoever sends it at once', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const run = await bench.begin();
      const outcomes = await Promise.all(
        [bench.store, other].flatMap((store) => [
          bench.commit(send(run.id, round, { key: 'k' }), store),
          bench.commit(send(run.id, round, { key: 'k' }), store),
        ]),
      );
      expect(outcomes).toEqual(outcomes.map(() => WRITTEN));
      expect(await values(bench.store, run.id)).toEqual([round]);
    }
  });

  test('a message is counted, and makes a parked run due', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([park(run)]);
    expect(await bench.commit(send(run.id, 'x'))).toEqual({ kind: 'written', wakes: true });
    expect(await bench.claimOne()).toMatchObject({ id: run.id, signals: 1 });
  });

  test('a run that is not parked is not woken by a message, but not parked past it either', async (bench) => {
    const run = await bench.begin();
    expect(await bench.commit(send(run.id, 'x'))).toEqual(WRITTEN);
    await bench.writeAll([send(run.id, 'y'), send(run.id, 'z')]);
    expect(await bench.commit(park(run))).toEqual({ kind: 'signalled', signals: 3 });
  });

  test('a message that is there already is not counted again', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([send(run.id, 'x', { key: 'k' }), send(run.id, 'x', { key: 'k' })]);
    await bench.writeAll([send(run.id, 'x', { key: 'k' })]);
    expect(await bench.commit(park(run))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('a run that parks while a message is sent never sleeps through it', async (bench) => {
    const other = await bench.another();
    for (let round = 0; round < 10; round++) {
      const runs = await bench.beginMany(10);
      const [parked, sent] = await Promise.all([
        bench.store.commit(runs.map((run) => park(run))),
        other.commit(runs.map(({ id }) => send(id, round)).reverse()),
      ]);
      const told = runs.filter((_, index) => parked[index]!.kind === 'signalled').map(({ id }) => id);
      const { runs: claimed } = await bench.claim();
      expect([...told, ...claimed.map(({ id }) => id)].sort()).toEqual(runs.map(({ id }) => id).sort());
      expect(sent.filter((one) => 'wakes' in one)).toHaveLength(claimed.length);
    }
  });

  test('parents of runs that end and runs that are sent something are told in one batch', async (bench) => {
    const [parent, target] = await bench.beginMany(2);
    const child = await bench.begin({ parentId: parent!.id });
    await bench.writeAll([
      succeed(child, { parentId: parent!.id }),
      send(parent!.id, 'x'),
      send(target!.id, 'y'),
    ]);
    expect(await bench.commit(park(parent!))).toEqual({ kind: 'signalled', signals: 2 });
    expect(await bench.commit(park(target!))).toEqual({ kind: 'signalled', signals: 1 });
  });

  test('a received message is received: by that call, for ever', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([send(run.id, 'x'), send(run.id, 'y')]);
    const [message] = await waiting(bench.store, run.id);
    await bench.writeAll([receive(run, 0, message!.id)]);
    expect(await values(bench.store, run.id)).toEqual(['y']);
    expect(await bench.store.steps(run.id)).toMatchObject([{ kind: 'receive', seq: 0, ordinal: 1 }]);
    await bench.writeAll([receive(run, 0, message!.id)]);
    expect(await values(bench.store, run.id)).toEqual(['y']);
  });

  test('who lost the run receives nothing', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([send(run.id, 'x')]);
    const [message] = await waiting(bench.store, run.id);
    await bench.writeAll([release(run)]);
    await bench.claimOne();
    expect(await bench.commit(receive(run, 0, message!.id))).toEqual({ kind: 'lost' });
    expect(await values(bench.store, run.id)).toEqual(['x']);
  });

  test('a message waits for a run that nobody has begun', async (bench) => {
    const [run] = await bench.queue(1);
    expect(await bench.commit(send(run!.id, 'early'))).toEqual(WRITTEN);
    expect(await bench.claimOne()).toMatchObject({ id: run!.id, signals: 1 });
    expect(await values(bench.store, run!.id)).toEqual(['early']);
  });

  test('batches that send to each other’s runs do not wait for each other', async (bench) => {
    const other = await bench.another();
    const runs = await bench.beginMany(20);
    const batch = (seq: number, list: readonly (typeof runs)[number][]) =>
      list.map((run, n) => send(list[(n + 7) % list.length]!.id, seq, { step: call(run, 'send', seq) }));
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.all([
        bench.store.commit(batch(round * 2, runs)),
        other.commit(batch(round * 2 + 1, [...runs].reverse())),
      ]);
      expect(outcomes.flat()).toEqual(outcomes.flat().map(() => WRITTEN));
    }
    for (const { id } of runs) expect(await values(bench.store, id)).toHaveLength(20);
  });
});
