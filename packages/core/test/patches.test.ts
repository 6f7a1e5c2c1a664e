import { describe, expect, test } from 'vitest';
import { type Holdfast, patched, retirePatch, sleep, step } from '../src/index.js';
import { bench, journalOf, recordingCommits } from './support/bench.js';
import { errorOf, forever, gate } from './support/signals.js';

type Body = () => Promise<unknown>;

/** A run whose code is one thing after the other: each is killed where it calls `stop`, the last goes on to its end. */
async function throughDeploys(...bodies: readonly ((stop: Body) => Promise<unknown>)[]) {
  const { workflow, launch, kill } = await bench();
  let reached = gate();
  let body: (stop: Body) => Promise<unknown> = bodies[0]!;
  const stop: Body = () => {
    reached.open();
    return step.run('stop', forever);
  };
  const flow = workflow('flow', () => body(stop));
  let app: Holdfast | undefined;
  for (const [index, next] of bodies.entries()) {
    body = next;
    if (app) await kill(app);
    app = await launch();
    if (index === 0) await app.start(flow, [], { id: 'the-run' });
    if (index < bodies.length - 1) await reached.opened;
    reached = gate();
  }
  return { app: app!, handle: app!.handle('the-run') };
}

const call = (name: string): Promise<string> => step.run(name, () => name);

/** What a workflow did at a patch: `+` the new way, `-` the old one. */
const way = async (name: string): Promise<string> => ((await patched(name)) ? `+${name}` : `-${name}`);

describe('patched', () => {
  test('is true for a run that begins with the new code, and marks its journal', async () => {
    const { app, handle } = await throughDeploys(async () => [await way('p'), await call('a')]);
    expect(await handle.result()).toEqual(['+p', 'a']);
    expect(await journalOf(app, 'the-run')).toEqual(['patch p', 'a']);
  });

  test('is false for a run that had passed the point, and leaves no trace', async () => {
    const { app, handle } = await throughDeploys(
      async (stop) => [await call('a'), await stop()],
      async () => [await way('p'), await call('a'), await call('b')],
    );
    expect(await handle.result()).toEqual(['-p', 'a', 'b']);
    expect(await journalOf(app, 'the-run')).toEqual(['a', 'b']);
  });

  test('is true for a run that had not come to the point yet', async () => {
    const { app, handle } = await throughDeploys(
      async (stop) => [await call('a'), await stop()],
      async () => [await call('a'), await way('p'), await call('b')],
    );
    expect(await handle.result()).toEqual(['a', '+p', 'b']);
    expect(await journalOf(app, 'the-run')).toEqual(['a', 'patch p', 'b']);
  });

  test('says the same after every further crash', async () => {
    const changed = async (stop: Body) => [await way('p'), await call('a'), await stop()];
    const done = async () => [await way('p'), await call('a')];
    const marked = await throughDeploys(changed, changed, changed, done);
    expect(await marked.handle.result()).toEqual(['+p', 'a']);
    const old = async (stop: Body) => [await call('a'), await stop()];
    const passed = await throughDeploys(old, changed, changed, done);
    expect(await passed.handle.result()).toEqual(['-p', 'a']);
  });

  test('is not told before it is written', async () => {
    const { batches, faults } = recordingCommits();
    const { workflow, launch } = await bench({ faults });
    let written: string[] = [];
    const flow = workflow('flow', async () => {
      await patched('p');
      written = batches.flat().map(({ op }) => op);
    });
    await launch();
    await flow();
    expect(written).toEqual(['start', 'step']);
  });

  test('decides for two patches at one place each by itself', async () => {
    const one = async (stop: Body) => [await way('p'), await call('a'), await stop()];
    const two = async () => [await way('p'), await way('q'), await call('a'), await call('b')];
    const behind = await throughDeploys(one, two);
    expect(await behind.handle.result()).toEqual(['+p', '-q', 'a', 'b']);
    const before = await throughDeploys(one, async () => [await way('q'), await way('p'), await call('a')]);
    expect(await before.handle.result()).toEqual(['-q', '+p', 'a']);
    const fresh = await throughDeploys(two);
    expect(await fresh.handle.result()).toEqual(['+p', '+q', 'a', 'b']);
  });

  test('works in branches side by side', async () => {
    const branch = async (name: string, isPatched: boolean): Promise<string[]> => [
      await call(`${name}1`),
      ...(isPatched ? [await way(name)] : []),
      await call(`${name}2`),
    ];
    const both = (isPatched: boolean) => Promise.all([branch('x', isPatched), branch('y', isPatched)]);
    const fresh = await throughDeploys(
      async (stop) => [await both(true), await stop()],
      () => both(true),
    );
    expect(await fresh.handle.result()).toEqual([
      ['x1', '+x', 'x2'],
      ['y1', '+y', 'y2'],
    ]);
    const old = await throughDeploys(
      async (stop) => [await both(false), await stop()],
      () => both(true),
    );
    expect(await old.handle.result()).toEqual([
      ['x1', '-x', 'x2'],
      ['y1', '-y', 'y2'],
    ]);
  });

  test('is true for a run that sleeps before the point, when it wakes', async () => {
    const { handle } = await throughDeploys(
      async (stop) => [await call('a'), await Promise.all([sleep('1 day'), stop()])],
      async () => [await call('a'), await way('p'), await sleep(1)],
    );
    expect(await handle.result()).toEqual(['a', '+p', undefined]);
  });

  test('is unknown to the old code: a marked run fails there, and goes on with the new', async () => {
    const changed = async (stop: Body) => [await way('p'), await call('a'), await stop()];
    const { app, handle } = await throughDeploys(changed, () => call('a'));
    expect(await errorOf(handle.result())).toMatchObject({
      name: 'HoldfastError',
      code: 'NON_DETERMINISM',
      details: { seq: 0, recorded: { kind: 'patch', name: 'p' }, called: { kind: 'step', name: 'a' } },
    });
    expect((await app.runs.get('the-run')).state).toBe('failed');
  });

  test('is true outside a run, and refused in a step and for a name that is none', async () => {
    expect(await patched('p')).toBe(true);
    await retirePatch('p');
    expect(await errorOf(patched(''))).toMatchObject({ code: 'INVALID_NAME' });
    expect(await errorOf(retirePatch(7 as never))).toMatchObject({ code: 'INVALID_NAME' });
    const { handle } = await throughDeploys(() => step.run('a', () => patched('p')));
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'WRONG_CONTEXT',
      details: { patch: 'p', step: 'a' },
    });
  });
});

describe('retirePatch', () => {
  const retired = async () => [await retirePatch('p'), await call('a'), await call('b')];

  test('lets a run go on that was marked', async () => {
    const changed = async (stop: Body) => [await way('p'), await call('a'), await stop()];
    const { app, handle } = await throughDeploys(changed, retired);
    expect(await handle.result()).toEqual([undefined, 'a', 'b']);
    expect(await journalOf(app, 'the-run')).toEqual(['patch p', 'a', 'b']);
  });

  test('lets a run go on that was not, and marks none', async () => {
    const { app, handle } = await throughDeploys(async (stop) => [await call('a'), await stop()], retired);
    expect(await handle.result()).toEqual([undefined, 'a', 'b']);
    expect(await journalOf(app, 'the-run')).toEqual(['a', 'b']);
    const fresh = await throughDeploys(retired);
    await fresh.handle.result();
    expect(await journalOf(fresh.app, 'the-run')).toEqual(['a', 'b']);
  });

  test('does not hide that another patch was dropped', async () => {
    const changed = async (stop: Body) => [await way('q'), await call('a'), await stop()];
    const { handle } = await throughDeploys(changed, retired);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'NON_DETERMINISM' });
  });
});
