import { describe, expect, test } from 'vitest';
import { currentRun, type Holdfast, step } from '../src/index.js';
import { bench, reaches, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { errorOf, eventually, forever, type Gate, gate, settled } from './support/signals.js';

/** A run that started two others, one of which started one more, and a detached one. All of them hang. */
async function family(): Promise<{ app: Holdfast; ids: string[]; detached: string }> {
  const { workflow, launch } = await bench();
  const leaf = workflow('leaf', () => step.run('hang', forever));
  const middle = workflow('middle', () => leaf());
  const root = workflow('root', async () => {
    const detached = await app.start(leaf, [], { id: 'detached', detached: true });
    await Promise.all([middle(), leaf(), detached.result()]);
  });
  const app = await launch({ parkAfter: 0 });
  await app.start(root, [], { id: 'root' });
  const ids = ['root', 'root.1', 'root.1.0', 'root.2'];
  for (const id of ['root.1.0', 'root.2', 'detached']) await reaches(app, id, 'running');
  return { app, ids, detached: 'detached' };
}

describe('cancelling a run with its children', () => {
  test('cancels the whole tree at once, but for what was detached', async () => {
    const { app, ids, detached } = await family();
    const results = ids.map((id) => errorOf(app.handle(id).result()));
    expect(await app.runs.cancel('root', { children: true })).toBe(true);
    for (const result of results) expect(await result).toMatchObject({ code: 'RUN_CANCELLED' });
    expect(await app.handle(detached).status()).toBe('running');
    expect(await app.runs.cancel('root', { children: true })).toBe(false);
  });

  test('by its handle does the same', async () => {
    const { app, ids } = await family();
    expect(await app.handle('root').cancel({ children: true })).toBe(true);
    for (const id of ids) expect(await app.handle(id).status()).toBe('cancelled');
  });

  test('is not what a plain cancel does', async () => {
    const { app, ids } = await family();
    expect(await app.runs.cancel('root')).toBe(true);
    for (const id of ids.slice(1)) expect(await app.handle(id).status()).not.toBe('cancelled');
  });

  test('several are cancelled by one call, which says which', async () => {
    const { app, ids } = await family();
    expect(await app.runs.cancel(['root.2', 'root.1', 'nobody'])).toEqual(['root.2', 'root.1']);
    expect(await app.runs.cancel([])).toEqual([]);
    expect([...(await app.runs.cancel(['root'], { children: true }))].sort()).toEqual(['root', 'root.1.0']);
    for (const id of ids) expect(await app.handle(id).status()).toBe('cancelled');
  });

  test('aborts the steps of the children', async () => {
    const { workflow, launch } = await bench();
    const entered = gate<AbortSignal>();
    const leaf = workflow('leaf', () => step.run('hang', () => hang(entered)));
    const root = workflow('root', () => leaf());
    const app = await launch();
    const handle = await app.start(root, []);
    const signal = await entered.opened;
    await handle.cancel({ children: true });
    await eventually(() => signal.aborted);
  });

  test('a child whose start was on its way never begins', async () => {
    const made = await bench();
    const { workflow, launch } = made;
    let bodies = 0;
    const leaf = workflow('leaf', async () => void ++bodies);
    const root = workflow('root', async () => leaf());
    const [asked, go] = [gate(), gate()];
    const store = intercepted(made.store, {
      commit: (commit) => async (entries) => {
        if (entries.some((entry) => entry.op === 'start' && entry.run.parentId !== null)) {
          asked.open();
          await go.opened;
        }
        return commit(entries);
      },
    });
    const app = await launch({ store });
    const handle = await app.start(root, []);
    await asked.opened;
    expect(await handle.cancel({ children: true })).toBe(true);
    go.open();
    await settled();
    expect(bodies).toBe(0);
    expect(await made.store.run(`${handle.id}.0`)).toBeUndefined();
  });

  test('of anything but ids and options is refused', async () => {
    const { app, ids } = await family();
    expect(await errorOf(app.runs.cancel('root', { children: 'yes' as never }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await errorOf(app.runs.cancel(['root', 7 as never]))).toMatchObject({ code: 'INVALID_ID' });
    expect(await errorOf(app.runs.cancel(undefined as never))).toMatchObject({ code: 'INVALID_ID' });
    for (const id of ids) expect(await app.handle(id).status()).not.toBe('cancelled');
  });
});

/** An app that executes a hanging step, and a cancel of its run of which no signal reaches it. */
async function deaf({ hears }: { readonly hears: boolean }): Promise<{
  readonly signal: AbortSignal;
  readonly asked: () => number;
  readonly cancel: () => Promise<unknown>;
  readonly miss: () => void;
}> {
  const made = await bench();
  const entered = gate<AbortSignal>();
  const flow = made.workflow('flow', () => step.run('hang', () => hang(entered)));
  let [asked, miss] = [0, (): void => {}];
  const store = intercepted(made.store, {
    attend: (attend) => async (id, listener) => {
      miss = () => listener.missedSignals();
      const attendance = await attend(id, { signal() {}, peerLost() {}, missedSignals() {} });
      return { hears, close: () => attendance.close() };
    },
    control: (control) => ({
      cancelTrees: (ids) => control.cancelTrees(ids),
      busy: (ids) => control.busy(ids),
      overdue: (limit) => control.overdue(limit),
      expire: (expiries) => control.expire(expiries),
      async lost(held) {
        if (++asked === 1) throw unavailable();
        return control.lost(held);
      },
    }),
  });
  const app = await made.launch({ store });
  const handle = await app.start(flow, []);
  const signal = await entered.opened;
  return { signal, asked: () => asked, cancel: () => made.store.cancel([handle.id]), miss: () => miss() };
}

function hang(entered: Gate<AbortSignal>): Promise<never> {
  entered.open(currentRun()!.step!.signal);
  return forever();
}

describe('a cancel of which this process hears nothing', () => {
  test('is found out within about a second where no signals arrive at all', async () => {
    const { signal, cancel } = await deaf({ hears: false });
    await cancel();
    await eventually(() => signal.aborted);
  });

  test('is found out when some may have been missed, also if that cannot be asked at first', async () => {
    const { signal, cancel, miss, asked } = await deaf({ hears: true });
    await cancel();
    await settled();
    expect([signal.aborted, asked()]).toEqual([false, 0]);
    miss();
    await eventually(() => signal.aborted);
    expect(asked()).toBe(2);
  });
});
