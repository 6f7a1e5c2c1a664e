import { event, type Holdfast, type Registry, step, stream, workflow } from '@holdfast/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/index.js';
import { openClient } from '../support/sessions.js';
import { database, launch } from './app.js';

const progress = event<number>('progress');
const tokens = stream<string>('tokens');

/** Well before the first poll for runs that are due, and before the first look for news that nobody brought. */
const AT_ONCE_MS = 3000;

/** The run that is waited for: it ends when it is told to. */
function awaited(registry: Registry) {
  let end: (value: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { end, target: workflow('target', { registry }, () => step.run('work', () => ended)) };
}

/** Runs that wait for it. */
function waiting(registry: Registry) {
  let app: Holdfast | undefined;
  return {
    use: (one: Holdfast) => {
      app = one;
    },
    counts: workflow('counts', { registry }, (id: string) => progress.get(id)),
    waits: workflow('waits', { registry }, async (id: string) => {
      const [value, first] = await Promise.all([progress.get(id), tokens.read(id).next()]);
      return { value, first: first.value, result: await app!.handle(id).result() };
    }),
    hears: workflow('hears', { registry }, async (id: string) => {
      const [one] = await Promise.allSettled([app!.handle(id).result()]);
      return (one as { reason?: { code?: string } }).reason?.code;
    }),
  };
}

async function reaches(app: Holdfast, id: string, state: string): Promise<void> {
  await expect.poll(async () => (await app.runs.get(id)).state, { timeout: 20_000, interval: 5 }).toBe(state);
}

/** A run on one app, and another app whose runs are parked as soon as they wait for it. */
async function apps() {
  const url = await database();
  const { app: there, defined: theirs } = await launch(url, awaited);
  const { app: here, defined } = await launch(url, waiting, { parkAfter: 1 });
  defined.use(here);
  const { id } = await there.start(theirs.target, [], { id: 'target' });
  const sql = await openClient(url);
  onTestFinished(() => sql.end());
  return { url, sql, there, here, theirs, defined, id };
}

async function withinReason<T>(what: Promise<T>): Promise<T> {
  const beganMs = performance.now();
  const result = await what;
  expect(performance.now() - beganMs).toBeLessThan(AT_ONCE_MS);
  return result;
}

describe('a run that waits for things of another run', () => {
  test('is a row meanwhile, woken by word for each of them, and leaves nothing behind', async () => {
    const { sql, there, here, theirs, defined, id } = await apps();
    const handle = await here.start(defined.waits, [id]);
    const comings = [
      () => there.event(progress).set(id, 7),
      () => there.stream(tokens).write(id, 'a'),
      async () => theirs.end('done'),
    ];
    for (const [index, come] of comings.entries()) {
      await reaches(here, handle.id, 'waiting');
      await come();
      const woken = expect
        .poll(async () => (await here.runs.get(handle.id)).epoch, { timeout: 10_000, interval: 2 })
        .toBeGreaterThanOrEqual(index + 2);
      await withinReason(Promise.resolve(woken));
    }
    expect(await handle.result()).toEqual({ value: 7, first: 'a', result: 'done' });
    const { rows } = await sql.query(
      `select (select count(*) from holdfast.waits)::int as waits, (select count(*) from holdfast.news)::int as news`,
    );
    expect(rows).toEqual([{ waits: 0, news: 0 }]);
  });

  test('hundreds of them are woken by one event', async () => {
    const { there, here, defined, id } = await apps();
    const handles = await Promise.all(Array.from({ length: 300 }, () => here.start(defined.counts, [id])));
    for (const handle of handles) await reaches(here, handle.id, 'waiting');
    await there.event(progress).set(id, 1);
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(Array(300).fill(1));
  });

  test('is woken at once when that is cancelled from psql', async () => {
    const { sql, here, defined, id } = await apps();
    const handle = await here.start(defined.hears, [id]);
    await reaches(here, handle.id, 'waiting');
    await sql.query('select holdfast.cancel_run($1)', [id]);
    expect(await withinReason(handle.result())).toBe('RUN_CANCELLED');
  });

  test('is woken by another process if who set the event died before it told anybody', async () => {
    const { url, sql, here, defined, id } = await apps();
    const handle = await here.start(defined.counts, [id]);
    await reaches(here, handle.id, 'waiting');
    // All that such a process has done: its commit.
    const dying = postgres(url);
    await dying.open();
    const value = { json: '8', extra: null };
    const entry = {
      op: 'set',
      step: null,
      runId: id,
      epoch: null,
      name: 'progress',
      value,
      seq: null,
    } as const;
    expect(await dying.commit([{ ...entry, key: 'once' }])).toEqual([{ kind: 'written', isAwaited: true }]);
    await dying.close();
    const { rows } = await sql.query('select run_id from holdfast.news');
    expect(rows).toEqual([{ run_id: id }]);
    expect(await handle.result()).toBe(8);
  });
});
