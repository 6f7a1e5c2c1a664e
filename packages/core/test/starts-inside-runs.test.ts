import { describe, expect, test } from 'vitest';
import { step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

describe('a start inside a run', () => {
  test('is recorded: after a crash it is the same run, not another', async () => {
    const { workflow, launch, kill } = await bench();
    const entered = gate();
    const child = workflow('child', async (n: number) => n);
    let isFirst = true;
    const parent = workflow('parent', async () => {
      const handle = await app.start(child, [7]);
      await step.run('wait', () => {
        entered.open();
        return isFirst ? forever() : undefined;
      });
      return [handle.id, await handle.result()];
    });
    let app = await launch();
    const { id } = await app.start(parent, [], { id: 'p' });
    await entered.opened;
    isFirst = false;
    await kill(app);
    app = await launch();
    expect(await app.handle(id).result()).toEqual(['p.0', 7]);
    expect(await journalOf(app, 'p')).toEqual(['start child', 'wait', 'result p.0']);
  });

  test('does not wait: the parent may end before its child', async () => {
    const { workflow, launch } = await bench();
    const open = gate<string>();
    const child = workflow('child', () => step.run('work', () => open.opened));
    const parent = workflow('parent', async () => (await app.start(child, [])).id);
    const app = await launch();
    const childId = await parent();
    expect(await app.handle(childId).status()).toBe('running');
    open.open('done');
    expect(await app.handle(childId).result()).toBe('done');
  });

  test('takes an id, tags and a delay, as outside', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async () => {});
    const parent = workflow('parent', async () => {
      const handle = await app.start(child, [], { id: 'mine', tags: { by: 'parent' }, delay: '1h' });
      return handle.id;
    });
    const app = await launch();
    const handle = await app.start(parent, [], { id: 'p' });
    expect(await handle.result()).toBe('mine');
    expect(await app.runs.get('mine')).toMatchObject({
      state: 'pending',
      parentId: 'p',
      tags: { by: 'parent' },
    });
  });

  test('with the id of a run of the same workflow is that run', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async (text: string) => text);
    const parent = workflow('parent', async () =>
      (await app.start(child, ['second'], { id: 'mine' })).result(),
    );
    const app = await launch();
    await (await app.start(child, ['first'], { id: 'mine' })).result();
    expect(await parent()).toBe('first');
  });

  test('with the id of a run of another workflow is refused, for the workflow to deal with', async () => {
    const { workflow, launch } = await bench();
    const other = workflow('other', async () => 1);
    const child = workflow('child', async () => 2);
    const parent = workflow('parent', () =>
      app.start(child, [], { id: 'taken' }).then(
        () => 'started',
        (error: Error & { code: string }) => error.code,
      ),
    );
    const app = await launch();
    await (await app.start(other, [], { id: 'taken' })).result();
    expect(await parent()).toBe('RUN_ID_CONFLICT');
  });

  test('may be given back: a handle as the id it stands for', async () => {
    const { workflow, launch } = await bench();
    const child = workflow('child', async () => 'child');
    const parent = workflow('parent', async () => (await app.start(child, [])).id);
    const app = await launch();
    expect(await app.handle(await parent()).result()).toBe('child');
  });
});

describe("a handle's result inside a run", () => {
  test('is recorded: on replay nobody is asked', async () => {
    const { workflow, launch, kill } = await bench();
    const entered = gate();
    const other = workflow('other', async () => ({ at: new Date(5) }));
    let isFirst = true;
    const waiter = workflow('waiter', async () => {
      const result = await app.handle<{ at: Date }>('other').result();
      await step.run('wait', () => {
        entered.open();
        return isFirst ? forever() : undefined;
      });
      return result.at.getTime();
    });
    let app = await launch();
    await (await app.start(other, [], { id: 'other' })).result();
    const { id } = await app.start(waiter, []);
    await entered.opened;
    isFirst = false;
    await kill(app);
    app = await launch();
    expect(await app.handle(id).result()).toBe(5);
    expect(await journalOf(app, id)).toEqual(['result other', 'wait']);
  });

  test('of a run that fails is its error', async () => {
    const { workflow, launch } = await bench();
    const other = workflow('other', async () => {
      throw Object.assign(new Error('no'), { code: 'NOPE' });
    });
    const waiter = workflow('waiter', () => app.handle('other').result());
    const app = await launch();
    await app.start(other, [], { id: 'other' });
    expect(await errorOf(waiter())).toMatchObject({ code: 'NOPE' });
  });

  test('of a run that does not exist is an error that the workflow may catch', async () => {
    const { workflow, launch } = await bench();
    const waiter = workflow('waiter', () =>
      app
        .handle('nobody')
        .result()
        .catch((error: Error & { code: string }) => error.code),
    );
    const app = await launch();
    expect(await waiter()).toBe('RUN_NOT_FOUND');
  });

  test('lets the run be parked if that one is its child', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const open = gate<string>();
    const child = workflow('child', () => step.run('work', () => open.opened));
    const parent = workflow('parent', async () => (await app.start(child, [], { id: 'mine' })).result());
    const app = await launch();
    const handle = await app.start(parent, []);
    await eventually(async () => (await app.handle('mine').status()) === 'running');
    await settled();
    clock.advance(1000);
    await reaches(app, handle.id, 'waiting');
    open.open('done');
    expect(await handle.result()).toBe('done');
  });

  test('lets the run be parked too if that one is no child of it', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const open = gate<string>();
    const other = workflow('other', () => step.run('work', () => open.opened));
    const waiter = workflow('waiter', () => app.handle('other').result());
    const app = await launch();
    await app.start(other, [], { id: 'other' });
    const handle = await app.start(waiter, []);
    await settled();
    clock.advance(1000);
    await reaches(app, handle.id, 'waiting');
    open.open('done');
    expect(await handle.result()).toBe('done');
  });
});

describe('a start on another store, inside a run', () => {
  test('is refused, as the run’s journal could not hold it; inside a step it is a plain start', async () => {
    const [here, there] = [await bench(), await bench()];
    const foreign = there.workflow('foreign', async () => 'done');
    const other = await there.launch();
    const direct = here.workflow('direct', async () => (await other.start(foreign, [])).id);
    const inStep = here.workflow('in a step', () =>
      step.run('start elsewhere', async () => (await other.start(foreign, [])).result()),
    );
    await here.launch();
    expect(await errorOf(direct())).toMatchObject({ code: 'WRONG_CONTEXT' });
    expect(await inStep()).toBe('done');
  });
});
