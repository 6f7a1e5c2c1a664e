import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { send } from './mail-entries.js';
import { subject } from './subject.js';

const CONTEXT =
  '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b"}';

export const traceContexts = subject('trace contexts', (test) => {
  test('a run has the context that it was recorded with, at each claim and for whoever looks', async (bench) => {
    const [run] = await bench.queue(1, { traceContext: CONTEXT });
    const first = await bench.claimOne();
    expect(first).toMatchObject({ id: run!.id, traceContext: CONTEXT });
    const { createdAtMs, traceContext } = await bench.see(run!.id);
    expect(traceContext).toBe(CONTEXT);
    expect(first.createdAtMs).toBe(createdAtMs);
    expect((await bench.store.owned(await bench.self()))[0]).toMatchObject({ traceContext: CONTEXT });
    await bench.writeAll([{ op: 'release', runId: first.id, epoch: first.epoch }]);
    expect(await bench.claimOne()).toMatchObject({
      epoch: first.epoch + 1,
      traceContext: CONTEXT,
      createdAtMs,
    });
  });

  test('a run that is recorded without has none', async (bench) => {
    const [run] = await bench.queue(1);
    expect(await bench.claimOne()).toMatchObject({ id: run!.id, traceContext: null });
    expect(await bench.see(run!.id)).toMatchObject({ traceContext: null });
  });

  test('a fork has a context of its own, and not that of the run it was forked from', async (bench) => {
    const run = await bench.begin({ traceContext: CONTEXT });
    const fork = {
      of: run.id,
      version: null,
      tags: null,
      queue: null,
      timeoutMs: null,
      fromSeq: 0,
      replaced: [],
    };
    const bare = { ...fork, id: randomUUID(), key: randomUUID(), traceContext: null };
    const own = { ...fork, id: randomUUID(), key: randomUUID(), traceContext: '{"traceparent":"another"}' };
    for (const one of [bare, own]) expect(await bench.store.repair.fork(one)).toBe('written');
    expect(await bench.see(bare.id)).toMatchObject({ traceContext: null });
    expect(await bench.see(own.id)).toMatchObject({ traceContext: own.traceContext });
  });

  test('a debounced run stays in the context of the first call', async (bench) => {
    const key = { deduplicationKey: bench.id('key'), deduplicationScope: 'debounce' } as const;
    const first = bench.newRun({ ...key, delayMs: 60_000, traceContext: CONTEXT });
    const second = bench.newRun({ ...key, delayMs: 60_000, traceContext: '{"traceparent":"another"}' });
    for (const run of [first, second]) {
      const outcome = await bench.store.pending.debounce({ run, maxMs: null, call: null });
      expect(outcome).toMatchObject({ kind: 'debounced', runId: first.id });
    }
    expect(await bench.see(first.id)).toMatchObject({ traceContext: CONTEXT });
  });

  test('a message brings the context that it was sent in, if it was sent in one', async (bench) => {
    const run = await bench.begin();
    await bench.writeAll([send(run.id, 1, { traceContext: CONTEXT }), send(run.id, 2)]);
    const question = { runId: run.id, channel: 'letters', afterId: null, limit: 10 };
    const [messages] = await bench.store.mail.messages([question]);
    expect(messages!.map(({ traceContext }) => traceContext)).toEqual([CONTEXT, null]);
  });
});
