import { describe, expect, test } from 'vitest';
import { workflow as defineWorkflow, step } from '../src/index.js';
import { type Bench, bench, journalOf, reaches } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { errorOf, eventually, forever, gate } from './support/signals.js';

/** What happens to runs while others wait for them. */

/** A child that comes to its step, and one that waits for it. */
async function family() {
  const made = await bench();
  const begun = gate();
  const end = gate<string>();
  let bodies = 0;
  const child = made.workflow('child', () =>
    step.run('work', () => {
      bodies += 1;
      begun.open();
      return end.opened;
    }),
  );
  const parent = made.workflow('parent', () => child());
  return { ...made, child, parent, begun, end, bodies: () => bodies };
}

/** The same, and the parent's process died before the child ended: its outcome is recorded nowhere else. */
async function orphan() {
  const { parent, child, begun, end, kill, launch, store, bodies } = await family();
  const small = await launch({ store: store.another(), concurrency: 1 });
  await small.start(parent, [], { id: 'p' });
  const other = await launch({ store: store.another(), workflows: [child] });
  await begun.opened;
  await kill(small);
  end.open('done');
  expect(await other.handle('p.0').result()).toBe('done');
  return { other, launch, bodies };
}

describe('a child whose parent waits for it', () => {
  test('is not deleted while that has not ended, and begun once', async () => {
    const { parent, begun, bodies, launch } = await family();
    const app = await launch({ parkAfter: 0 });
    const handle = await app.start(parent, [], { id: 'p' });
    const result = errorOf(handle.result());
    await begun.opened;
    await reaches(app, 'p', 'waiting');
    expect(await errorOf(app.runs.delete('p.0', { force: true }))).toMatchObject({
      code: 'RUN_NOT_FINISHED',
    });
    expect(await result).toMatchObject({ code: 'RUN_CANCELLED', details: { runId: 'p.0' } });
    await app.runs.delete('p.0');
    expect(await errorOf(app.runs.get('p.0'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(bodies()).toBe(1);
  });

  test('is not deleted before its outcome is recorded, and the refusal says whose it is', async () => {
    const { other, launch, bodies } = await orphan();
    for (const options of [{}, { force: true }, { children: true }]) {
      expect(await errorOf(other.runs.delete('p.0', options))).toMatchObject({
        code: 'RUN_NOT_FINISHED',
        message: expect.stringContaining('run "p", which started it, is pending and may wait for it'),
      });
    }
    expect(await other.runs.delete(['p.0'])).toEqual([]);
    const next = await launch();
    expect(await next.handle('p').result()).toBe('done');
    expect(bodies()).toBe(1);
    await next.runs.delete('p.0');
  });

  test('is not pruned before its outcome is recorded', async () => {
    const { other, launch, bodies } = await orphan();
    const { completedAt } = await other.runs.get('p.0');
    await eventually(() => Date.now() > completedAt!.getTime() + 1);
    expect(await other.runs.prune({ after: 0 })).toBe(0);
    const next = await launch();
    expect(await next.handle('p').result()).toBe('done');
    expect(bodies()).toBe(1);
  });

  test('fails the call with RUN_NOT_FOUND if it is gone all the same', async () => {
    const { parent, begun, launch, store } = await family();
    let isGone = false;
    const holed = intercepted(store, {
      statuses: (statuses) => async (ids) => (isGone ? [] : statuses(ids)),
    });
    // There is no room for the child beside its parent.
    const app = await launch({ store: holed, concurrency: 1, parkAfter: '1h' });
    const handle = await app.start(parent, [], { id: 'p' });
    await eventually(async () => (await store.run('p.0')) !== undefined);
    isGone = true;
    await eventually(async () => (await store.run('p'))?.state === 'failed');
    isGone = false;
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'RUN_NOT_FOUND',
      details: { runId: 'p.0' },
    });
    expect(await journalOf(app, 'p')).toEqual([expect.stringContaining('child: There is no run')]);
    begun.open();
  });
});

test('a grandchild is not deleted while the child that waits for it has not ended, nor below a tree', async () => {
  const { workflow, child, begun, end, launch } = await family();
  const middle = workflow('middle', () => child());
  const root = workflow('root', async () => {
    const handle = await app.start(middle, []);
    await handle.result();
    return step.run('go on', forever);
  });
  const app = await launch({ parkAfter: 0 });
  await app.start(root, [], { id: 'r' });
  await begun.opened;
  expect(await app.runs.delete(['r.0.0', 'r.0'], { children: true })).toEqual([]);
  end.open('done');
  expect(await app.handle('r.0').result()).toBe('done');
  // The root is not over, so its child stays; below that, nobody waits any more.
  expect(await app.runs.delete(['r.0'], { children: true })).toEqual([]);
  expect(await app.runs.delete(['r.0.0'])).toEqual(['r.0.0']);
  await app.runs.delete('r', { children: true, force: true });
  expect((await app.runs.list()).runs).toEqual([]);
});

test('a run that was joined and deleted meanwhile is RUN_NOT_FOUND to who waits for it, also after a crash', async () => {
  const { registry, launch, kill } = await bench();
  const only = defineWorkflow('only', { singleton: true, registry }, () => step.run('hang', forever));
  const joins = defineWorkflow('joins', { registry }, () =>
    only().catch((error: Error & { code: string }) => error.code),
  );
  const app = await launch({ parkAfter: '1h' });
  await app.start(only, [], { id: 'first' });
  await app.start(joins, [], { id: 'p' });
  await eventually(async () => (await app.runs.steps('p'))[0]?.childId === 'first');
  await kill(app);
  const operator = await launch({ workflows: [only] });
  await operator.runs.delete('first', { force: true });
  const next = await launch();
  expect(await next.handle('p').result()).toBe('RUN_NOT_FOUND');
  expect(await journalOf(next, 'p')).toEqual([expect.stringContaining('There is no run')]);
});

describe('a child that failed while its parent was dead', () => {
  async function orphaned(): Promise<Bench & { heal: () => void; bodies: () => number }> {
    const made = await bench();
    let isBroken = true;
    let bodies = 0;
    const child = made.workflow('child', () =>
      step.run('work', () => {
        bodies += 1;
        if (isBroken) throw new Error('no');
        return 'healed';
      }),
    );
    const parent = made.workflow('parent', () => child());
    const small = await made.launch({ store: made.store.another(), concurrency: 1 });
    await small.start(parent, [], { id: 'p' });
    await eventually(async () => (await made.store.run('p.0')) !== undefined);
    await made.kill(small);
    const other = await made.launch({ store: made.store.another(), workflows: [child] });
    await errorOf(other.handle('p.0').result());
    return { ...made, heal: () => (isBroken = false), bodies: () => bodies };
  }

  test('and was retried, is waited for, and its parent gets what it gave then', async () => {
    const { launch, heal, bodies } = await orphaned();
    const operator = await launch({ workflows: [] });
    heal();
    await operator.runs.retry('p.0');
    const next = await launch();
    expect(await next.handle('p').result()).toBe('healed');
    expect(bodies()).toBe(2);
  });

  test('and was forked, fails its parent: the fork is a run of its own', async () => {
    const { launch, heal } = await orphaned();
    heal();
    const next = await launch();
    const fork = await next.runs.fork('p.0');
    expect(await fork.result()).toBe('healed');
    expect(await next.runs.get(fork.id)).toMatchObject({ parentId: undefined, forkedFrom: 'p.0' });
    expect(await errorOf(next.handle('p').result())).toMatchObject({ message: 'no' });
    // Retried, the parent takes its child along.
    await next.runs.retry('p');
    expect(await next.handle('p').result()).toBe('healed');
  });
});
