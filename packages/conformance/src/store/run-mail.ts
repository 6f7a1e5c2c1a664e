import { expect } from 'vitest';
import { payload, succeed } from './entries.js';
import { call, close, receive, send, set, write } from './mail-entries.js';
import { subject } from './subject.js';

const NOTHING = { events: [], streams: [], unreceived: [] };

export const runMail = subject('what a run shows and was sent', (test) => {
  test('is there by name: events as they are now, lengths of streams, and what was not received', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([
      set(run.id, 1, { step: call(run, 'set', 0), name: 'progress' }),
      set(run.id, 'packing', { step: call(run, 'set', 1), name: 'Stage' }),
      write(run.id, 'a', { step: call(run, 'write', 2), name: 'log' }),
      write(run.id, 'x', { step: call(run, 'write', 3), name: 'tokens' }),
    ]);
    await bench.writeAll([
      set(run.id, 2, { step: call(run, 'set', 4), name: 'progress' }),
      write(run.id, 'b', { step: call(run, 'write', 5), name: 'log' }),
      close(run.id, { step: call(run, 'close', 6), name: 'log' }),
    ]);
    await bench.writeAll([
      send(run.id, 'hello'),
      send(run.id, 'again'),
      send(run.id, 'yes', { channel: 'approval' }),
    ]);
    expect(await bench.store.mail.ofRun(run.id)).toEqual({
      events: [
        { name: 'Stage', value: payload('packing') },
        { name: 'progress', value: payload(2) },
      ],
      streams: [
        { name: 'log', length: 2, isClosed: true },
        { name: 'tokens', length: 1, isClosed: false },
      ],
      unreceived: [
        { channel: 'approval', messages: 1 },
        { channel: 'letters', messages: 2 },
      ],
    });
    const [letter] = await bench.store.mail.messages([
      { runId: run.id, channel: 'letters', afterId: null, limit: 1 },
    ]);
    await bench.writeAll([receive(run, 7, letter![0]!.id)]);
    expect((await bench.store.mail.ofRun(run.id)).unreceived).toContainEqual({
      channel: 'letters',
      messages: 1,
    });
  });

  test('is still there when the run has ended, and goes when it is deleted', async (bench) => {
    const [run, other] = await bench.beginMany(2);
    await bench.writeAll([set(run!.id, 1), set(other!.id, 2), close(run!.id)]);
    await bench.writeAll([succeed(run!)]);
    expect(await bench.store.mail.ofRun(run!.id)).toEqual({
      events: [{ name: 'progress', value: payload(1) }],
      streams: [{ name: 'tokens', length: 0, isClosed: true }],
      unreceived: [],
    });
    await bench.store.repair.delete([run!.id], false);
    expect(await bench.store.mail.ofRun(run!.id)).toEqual(NOTHING);
    expect((await bench.store.mail.ofRun(other!.id)).events).toHaveLength(1);
  });

  test('asked of a run that showed nothing, or is none, it is nothing', async (bench) => {
    const run = await bench.begin();
    await bench.store.mail.events([{ runId: run.id, name: 'progress' }]);
    await bench.store.mail.streams([{ runId: run.id, name: 'tokens', from: 0, limit: 1 }]);
    expect(await bench.store.mail.ofRun(run.id)).toEqual(NOTHING);
    expect(await bench.store.mail.ofRun('nobody')).toEqual(NOTHING);
  });
});
