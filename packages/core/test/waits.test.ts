import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, outcomeOf, settled } from './support/signals.js';

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? (error as Error).message;

/** A bench with workflows that hang, that give back what they are given, and that fail. */
async function made(options = {}) {
  const one = await bench(options);
  const stuck = one.workflow('stuck', () => step.run('hang', forever));
  const echo = one.workflow('echo', async (value: string) => value);
  const broken = one.workflow('broken', async () => Promise.reject(new Error('broken')));
  return { ...one, stuck, echo, broken };
}

describe('a wait for a result with a time limit', () => {
  test('ends with TIMED_OUT, and the run goes on', async () => {
    const clock = new ManualClock();
    const { launch, stuck } = await made({ clock });
    const app = await launch();
    const handle = await app.start(stuck, [], { id: 'slow' });
    const result = errorOf(handle.result({ timeout: '5s' }));
    await settled();
    clock.advance(5000);
    expect(await result).toMatchObject({ code: 'TIMED_OUT', details: { runId: 'slow', timeoutMs: 5000 } });
    expect(await handle.status()).toBe('running');
  });

  test('gives the result, or the error, that comes in time', async () => {
    const { launch, echo, broken } = await made();
    const app = await launch();
    expect(await (await app.start(echo, ['here'])).result({ timeout: '1m' })).toBe('here');
    expect(await errorOf((await app.start(broken, [])).result({ timeout: '1m' }))).toMatchObject({
      message: 'broken',
    });
    expect(await errorOf(app.handle('nobody').result({ timeout: '1m' }))).toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });

  test('of no time at all says whether there is one', async () => {
    const { launch, echo, stuck } = await made();
    const app = await launch();
    const [done, open] = [await app.start(echo, ['done']), await app.start(stuck, [])];
    await done.result();
    expect(await done.result({ timeout: 0 })).toBe('done');
    expect(await errorOf(open.result({ timeout: 0 }))).toMatchObject({ code: 'TIMED_OUT' });
  });

  test('of no length is refused', async () => {
    const { launch } = await made();
    const app = await launch();
    expect(await errorOf(app.handle('any').result({ timeout: 'soon' }))).toMatchObject({
      code: 'INVALID_DURATION',
    });
  });

  test('inside a run is recorded, and replays to the same', async () => {
    const clock = new ManualClock();
    const { launch, workflow, stuck, kill } = await made({ clock });
    const seen: string[] = [];
    const flow = workflow('flow', async () => {
      const child = await app.start(stuck, [], { id: 'child' });
      seen.push(await child.result({ timeout: '5s' }).catch(codeOf));
      return step.run('hang', forever);
    });
    let app = await launch();
    const { id } = await app.start(flow, []);
    await reaches(app, 'child', 'running');
    await settled();
    clock.advance(5000);
    await eventually(() => seen.length === 1);
    await settled();
    await kill(app);
    app = await launch();
    await eventually(() => seen.length === 2);
    expect(seen).toEqual(['TIMED_OUT', 'TIMED_OUT']);
    expect(await journalOf(app, id)).toEqual([
      'start stuck',
      expect.stringContaining('result child: Run "child" had no result'),
    ]);
  });

  test('inside a run that was parked meanwhile, ends at its time', async () => {
    const clock = new ManualClock();
    const { launch, workflow, stuck } = await made({ clock });
    const flow = workflow('flow', async () => {
      const child = await app.start(stuck, [], { id: 'child' });
      return child.result({ timeout: '1h' }).catch(codeOf);
    });
    const app = await launch({ parkAfter: 0 });
    const handle = await app.start(flow, []);
    await reaches(app, handle.id, 'waiting');
    clock.advance(3_600_010);
    expect(await clock.passUntil(handle.result())).toBe('TIMED_OUT');
  });
});

describe('waiting for the first of several runs', () => {
  test('gives the one that has ended, however it ended', async () => {
    const { launch, stuck, broken, echo } = await made();
    const app = await launch();
    const slow = await app.start(stuck, []);
    for (const handle of [await app.start(broken, []), await app.start(echo, ['quick'])]) {
      expect(await app.waitFirst<unknown>([slow, handle])).toBe(handle);
    }
  });

  test('of none is refused', async () => {
    const { launch } = await made();
    const app = await launch();
    expect(await errorOf(app.waitFirst([]))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('says so if one of them is not there', async () => {
    const { launch, stuck } = await made();
    const app = await launch();
    const handles = [await app.start(stuck, []), app.handle('nobody')];
    const missing = { code: 'RUN_NOT_FOUND', details: { runId: 'nobody' } };
    expect(await errorOf(app.waitFirst<unknown>(handles))).toMatchObject(missing);
    expect(await errorOf(app.waitAll<unknown>(handles.slice(1)))).toMatchObject(missing);
  });

  test('inside a run is recorded: a replay sees the same one first', async () => {
    const { launch, workflow, kill } = await made();
    const gates = { a: gate(), b: gate() };
    const child = workflow('child', (name: 'a' | 'b') =>
      step.run('work', async () => {
        await gates[name].opened;
        if (name === 'b') throw new Error('b is broken');
        return name;
      }),
    );
    const seen: string[] = [];
    const pause = gate();
    const flow = workflow('flow', async () => {
      const handles = [
        await app.start(child, ['a'], { id: 'a' }),
        await app.start(child, ['b'], { id: 'b' }),
      ];
      seen.push((await app.waitFirst(handles)).id);
      await step.run('pause', () => pause.opened);
      return (await app.waitAll(handles)).map(({ status }) => status);
    });
    let app = await launch();
    const { id } = await app.start(flow, []);
    await reaches(app, 'b', 'running');
    gates.b.open();
    await eventually(() => seen.length === 1);
    await kill(app);
    gates.a.open();
    app = await launch();
    pause.open();
    expect(await app.handle(id).result()).toEqual(['fulfilled', 'rejected']);
    expect(seen).toEqual(['b', 'b']);
  });
});

describe('waiting for all of several runs', () => {
  test('tells how each came out, in their order', async () => {
    const { launch, stuck, broken, echo } = await made();
    const app = await launch();
    const handles = [
      await app.start(broken, []),
      await app.start(echo, ['fine']),
      await app.start(stuck, []),
    ];
    const all = app.waitAll<unknown>(handles);
    await handles[2]!.cancel();
    expect(await all).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ message: 'broken' }) },
      { status: 'fulfilled', value: 'fine' },
      { status: 'rejected', reason: expect.objectContaining({ code: 'RUN_CANCELLED' }) },
    ]);
  });

  test('of none is over at once, inside a run and outside', async () => {
    const { launch, workflow } = await made();
    const flow = workflow('flow', () => app.waitAll([]));
    const app = await launch();
    expect(await app.waitAll([])).toEqual([]);
    expect(await flow()).toEqual([]);
  });
});

describe('a run that is cancelled while it waits for others', () => {
  test.each(['result', 'waitFirst', 'waitAll'] as const)(
    'by %s has recorded nothing of it, and resumed gets the result',
    async (how) => {
      const { launch, workflow } = await made();
      const go = gate();
      const child = workflow('child', () =>
        step.run('work', async () => {
          await go.opened;
          return 'the result';
        }),
      );
      const flow = workflow('flow', async () => {
        const handle = await app.start(child, [], { id: 'child' });
        if (how === 'waitAll') return (await app.waitAll([handle]))[0];
        return how === 'result' ? handle.result() : (await app.waitFirst([handle])).result();
      });
      const app = await launch();
      const handle = await app.start(flow, []);
      await reaches(app, 'child', 'running');
      await settled();
      expect(await handle.cancel()).toBe(true);
      expect(await errorOf(handle.result())).toMatchObject({ code: 'RUN_CANCELLED' });
      expect(await journalOf(app, handle.id)).toEqual(['start child']);
      await app.runs.resume(handle.id);
      go.open();
      const result = await handle.result();
      expect(result).toEqual(how === 'waitAll' ? { status: 'fulfilled', value: 'the result' } : 'the result');
    },
  );

  test('and with its children, gets their results once both are resumed', async () => {
    const { launch, workflow } = await made();
    const naps = workflow('naps', async () => {
      await sleep(1);
      return step.run('work', () => (isOpen ? 'the result' : forever()));
    });
    let isOpen = false;
    const flow = workflow('flow', () => naps());
    const app = await launch();
    const handle = await app.start(flow, []);
    await reaches(app, `${handle.id}.0`, 'running');
    await handle.cancel({ children: true });
    isOpen = true;
    await app.runs.resume(`${handle.id}.0`);
    await app.runs.resume(handle.id);
    expect((await outcomeOf(handle.result())).status).toBe('fulfilled');
  });
});
