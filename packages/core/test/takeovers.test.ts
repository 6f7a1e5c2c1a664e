import { describe, expect, test } from 'vitest';
import { type Holdfast, queue, step, workflow } from '../src/index.js';
import { bench, reaches, unavailable } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, settled } from './support/signals.js';

/** A run whose executor dies whenever it gets to its second step, as often as asked. */
async function poisoned({ maxTakeovers }: { readonly maxTakeovers?: number } = {}) {
  const made = await bench();
  let executions = 0;
  let isHealed = false;
  const options = { registry: made.registry, ...(maxTakeovers !== undefined && { maxTakeovers }) };
  const poison = workflow('poison', options, async () => {
    await step.run('prepare', () => 'ready');
    await step.run('explode', () => {
      executions += 1;
      return isHealed ? undefined : forever();
    });
    return 'survived';
  });
  const dies = async (times: number): Promise<string[]> => {
    const died: string[] = [];
    for (let n = 0; n < times; n++) {
      const before = executions;
      const app = await made.launch();
      if (n === 0 && executions === 0) await app.start(poison, [], { id: 'poison' });
      await eventually(() => executions > before);
      died.push(app.executorId);
      await made.kill(app);
    }
    return died;
  };
  return { ...made, poison, dies, executions: () => executions, heal: () => (isHealed = true) };
}

async function setAside(app: Holdfast): Promise<Error & Record<string, unknown>> {
  return errorOf(app.handle('poison').result());
}

describe('a run with which they die while it takes back what it did', () => {
  /** One that is paused by now, as the undo of its second step does not come back; and the undos that were begun. */
  async function stuck() {
    const { registry, launch, kill } = await bench();
    const undos: string[] = [];
    let isHealed = false;
    const undo = (what: string) => (): Promise<never> | undefined => {
      undos.push(what);
      return isHealed || what === 'third' ? undefined : forever();
    };
    const flow = workflow('flow', { registry, maxTakeovers: 1 }, async () => {
      for (const what of ['first', 'second', 'third'])
        await step.run(`book ${what}`, () => what, { undo: undo(what) });
      throw new Error('out of money');
    });
    for (let n = 0; n < 2; n++) {
      const app = await launch();
      if (n === 0) await app.start(flow, [], { id: 'the-run' });
      await eventually(() => undos.length > n + 1);
      await kill(app);
    }
    const app = await launch();
    await reaches(app, 'the-run', 'paused');
    expect(undos).toEqual(['third', 'second', 'second']);
    return { app, undos, heal: () => (isHealed = true) };
  }

  const result = (app: Holdfast) => errorOf(app.handle('the-run').result());

  test.each(['resume', 'retry'] as const)(
    'is paused, and after a %s takes back the rest and ends with its reason',
    async (how) => {
      const { app, undos, heal } = await stuck();
      expect(await app.runs.get('the-run')).toMatchObject({
        isUnwinding: true,
        error: { message: 'out of money' },
      });
      heal();
      await app.runs[how]('the-run');
      expect(await result(app)).toMatchObject({ message: 'out of money' });
      expect(await app.runs.get('the-run')).toMatchObject({ state: 'failed', isUnwinding: false });
      expect(undos).toEqual(['third', 'second', 'second', 'second', 'first']);
    },
  );

  test('ends with its reason when it is cancelled, and takes back the rest if it is resumed after all', async () => {
    const { app, undos, heal } = await stuck();
    expect(await app.runs.cancel('the-run')).toBe(true);
    expect(await result(app)).toMatchObject({ message: 'out of money' });
    expect(await app.runs.get('the-run')).toMatchObject({ state: 'failed', isUnwinding: true });
    expect(undos).toHaveLength(3);
    heal();
    await app.runs.resume('the-run');
    await eventually(async () => !(await app.runs.get('the-run')).isUnwinding);
    expect(await result(app)).toMatchObject({ message: 'out of money' });
    expect(undos).toEqual(['third', 'second', 'second', 'second', 'first']);
    expect(await errorOf(app.runs.resume('the-run'))).toMatchObject({ code: 'RUN_UNDONE' });
  });

  test('is deleted only if it is cancelled first', async () => {
    const { app } = await stuck();
    expect(await errorOf(app.runs.delete('the-run'))).toMatchObject({
      code: 'RUN_NOT_FINISHED',
      message: expect.stringContaining('paused as it took back what it did'),
    });
    await app.runs.delete('the-run', { force: true });
    expect(await errorOf(app.runs.get('the-run'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('is forked from the first call that was undone, with the rest to take back', async () => {
    const { app, undos, heal } = await stuck();
    await app.runs.cancel('the-run');
    heal();
    const fork = await app.runs.fork('the-run');
    expect(await errorOf(fork.result())).toMatchObject({ message: 'out of money' });
    expect(undos.slice(3)).toEqual(['third', 'second', 'first']);
  });
});

/** In a queue of one, one that is to be set aside and one behind it. */
async function poisonedQueue(undos: string[]) {
  const clock = new ManualClock();
  const made = await bench({ clock });
  queue('mail', { registry: made.registry, concurrency: 1 });
  let bodies = 0;
  let isHealed = false;
  const poison = workflow('poison', { registry: made.registry, maxTakeovers: 1 }, async () => {
    await step.run('book', () => 'ticket', { undo: (ticket) => void undos.push(ticket) });
    await step.run('explode', () => {
      bodies += 1;
      return isHealed ? undefined : forever();
    });
    throw new Error('out of money');
  });
  const next = made.workflow('next', async () => 'done');
  for (let n = 0; n < 2; n++) {
    const app = await made.launch();
    if (n === 0) {
      await app.start(poison, [], { id: 'poison', queue: 'mail' });
      await eventually(() => bodies === 1);
      await app.start(next, [], { id: 'next', queue: 'mail' });
    }
    await eventually(() => bodies > n);
    await made.kill(app);
  }
  return { ...made, clock, heal: () => (isHealed = true) };
}

describe('a run with steps that have undos, in a queue, with which one executor after the other dies', () => {
  test('leaves its slot when it is set aside, and keeps its undos', async () => {
    const undos: string[] = [];
    const { launch, heal } = await poisonedQueue(undos);
    const app = await launch();
    // The clock stands, so nothing but the end of the first run makes anybody look for the second.
    expect(await app.handle('next').result()).toBe('done');
    expect(await setAside(app)).toMatchObject({ code: 'RUN_SET_ASIDE' });
    expect(await app.runs.get('poison')).toMatchObject({ state: 'failed', isUnwinding: false });
    expect(undos).toEqual([]);
    heal();
    await app.runs.resume('poison');
    await eventually(() => undos.length === 1);
    expect(await errorOf(app.handle('poison').result())).toMatchObject({ message: 'out of money' });
    expect(await app.queues.get('mail')).toMatchObject({ waiting: 0, inHands: 0 });
  });
});

describe('a run with which one executor after the other dies', () => {
  test('is set aside after as many takeovers as its workflow says, without being executed once more', async () => {
    const { dies, executions, launch } = await poisoned({ maxTakeovers: 2 });
    const died = await dies(3);
    expect(executions()).toBe(3);
    const app = await launch();
    const error = await setAside(app);
    expect(executions()).toBe(3);
    expect(error).toMatchObject({
      code: 'RUN_SET_ASIDE',
      details: {
        runId: 'poison',
        takeovers: 3,
        executors: died.map((id) => ({
          id,
          host: expect.any(String),
          pid: process.pid,
          diedAt: expect.any(String),
        })),
        lastCall: { seq: 0, name: 'prepare' },
      },
    });
    expect(error.message).toContain('after its call 0 ("prepare")');
    expect(await app.runs.get('poison')).toMatchObject({ state: 'failed', error: { code: 'RUN_SET_ASIDE' } });
  });

  test('is set aside after ten takeovers unless its workflow says otherwise', async () => {
    const { dies, launch } = await poisoned();
    await dies(11);
    expect(await setAside(await launch())).toMatchObject({
      code: 'RUN_SET_ASIDE',
      details: { takeovers: 11 },
    });
  });

  test('is never set aside if its workflow says so', async () => {
    const { dies, heal, launch } = await poisoned({ maxTakeovers: Number.POSITIVE_INFINITY });
    await dies(12);
    heal();
    const app = await launch();
    expect(await app.handle('poison').result()).toBe('survived');
  });

  test('may not be taken over at all, if its workflow says so', async () => {
    const { dies, executions, launch } = await poisoned({ maxTakeovers: 0 });
    await dies(1);
    expect(await setAside(await launch())).toMatchObject({ code: 'RUN_SET_ASIDE' });
    expect(executions()).toBe(1);
  });

  test('set aside, is not executed by a start of the same id, but shows why', async () => {
    const { dies, poison, executions, launch } = await poisoned({ maxTakeovers: 0 });
    await dies(1);
    const app = await launch();
    await setAside(app);
    const again = await app.start(poison, [], { id: 'poison' });
    expect(await errorOf(again.result())).toMatchObject({ code: 'RUN_SET_ASIDE' });
    expect(executions()).toBe(1);
  });

  test('set aside and resumed, has its takeovers counted from nothing', async () => {
    const { dies, heal, launch, kill } = await poisoned({ maxTakeovers: 1 });
    await dies(2);
    const app = await launch();
    await setAside(app);
    await app.runs.resume('poison');
    await reaches(app, 'poison', 'running');
    await settled();
    await kill(app);
    heal();
    const last = await launch();
    expect(await last.handle('poison').result()).toBe('survived');
  });

  test('whose executors only sign off, is never set aside', async () => {
    const { poison, executions, heal, launch } = await poisoned({ maxTakeovers: 0 });
    for (let n = 0; n < 3; n++) {
      const app = await launch();
      if (n === 0) await app.start(poison, [], { id: 'poison' });
      await eventually(() => executions() === n + 1);
      await app.shutdown({ drain: 0 });
    }
    heal();
    expect(await (await launch()).handle('poison').result()).toBe('survived');
  });

  test('lets a run that waits for it know', async () => {
    const made = await poisoned({ maxTakeovers: 0 });
    const parent = made.workflow('parent', async () => {
      const child = await app.start(made.poison, [], { id: 'poison' });
      return child.result().catch((error: unknown) => (error as { code: string }).code);
    });
    let app = await made.launch();
    const { id } = await app.start(parent, []);
    await eventually(() => made.executions() === 1);
    await made.kill(app);
    app = await made.launch();
    // The parent has come no further either, but its workflow allows for that.
    expect(await app.handle(id).result()).toBe('RUN_SET_ASIDE');
  });

  test('is set aside also where the store is out of reach at first', async () => {
    const { dies, launch, store } = await poisoned({ maxTakeovers: 0 });
    await dies(1);
    let failures = 1;
    const shaky = intercepted(store, {
      run: (run) => async (id) => {
        if (id === 'poison' && failures-- > 0) throw unavailable();
        return run(id);
      },
    });
    expect(await setAside(await launch({ store: shaky }))).toMatchObject({ code: 'RUN_SET_ASIDE' });
    expect(failures).toBeLessThan(0);
  });
});
