import { describe, expect, test } from 'vitest';
import { isHoldfastError, NonDeterminismError, sleep, step, uuid } from '../src/index.js';
import { bench, journalOf } from './support/bench.js';
import { errorOf, forever, gate, settled } from './support/signals.js';

/**
 * A run whose code is one thing until it is killed after its first steps, and another when it is taken up again.
 */
async function changing(before: () => Promise<unknown>, after: () => Promise<unknown>) {
  const { workflow, launch, kill } = await bench();
  const reached = gate();
  let body = async (): Promise<unknown> => {
    await before();
    reached.open();
    return step.run('last', forever);
  };
  const flow = workflow('flow', () => body());
  const first = await launch();
  await first.start(flow, [], { id: 'the-run' });
  await reached.opened;
  body = after;
  await kill(first);
  const app = await launch();
  return {
    app,
    handle: app.handle('the-run'),
    repair: (repaired: () => Promise<unknown>) => {
      body = repaired;
    },
  };
}

const a = (): Promise<string> => step.run('a', () => 'a');
const b = (): Promise<string> => step.run('b', () => 'b');

describe('a workflow whose code changed under a run', () => {
  test('so that it calls another step fails, showing both sides', async () => {
    const { app, handle } = await changing(a, b);
    const error = await errorOf(handle.result());
    expect(error).toBeInstanceOf(NonDeterminismError);
    expect(isHoldfastError(error, 'NON_DETERMINISM')).toBe(true);
    expect(error.message).toBe(
      'Run "the-run" recorded step "a" as call 0, but the code now calls step "b". ' +
        'Restore the order of calls and resume the run, or fork it from before this call.',
    );
    expect(error['details']).toEqual({
      runId: 'the-run',
      seq: 0,
      recorded: { kind: 'step', name: 'a' },
      called: { kind: 'step', name: 'b' },
    });
    expect(await app.runs.get('the-run')).toMatchObject({
      state: 'failed',
      error: { code: 'NON_DETERMINISM', details: { seq: 0 } },
    });
  });

  test('so that it calls something of another kind fails', async () => {
    const { handle } = await changing(a, () => sleep(1));
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'NON_DETERMINISM',
      details: { recorded: { kind: 'step', name: 'a' }, called: { kind: 'sleep', name: 'sleep' } },
    });
  });

  test('so that two calls changed places fails, at the first of them', async () => {
    const { handle } = await changing(
      async () => {
        await a();
        await b();
      },
      async () => {
        await b();
        await a();
      },
    );
    expect(await errorOf(handle.result())).toMatchObject({ code: 'NON_DETERMINISM', details: { seq: 0 } });
  });

  test('so that a call in the middle is new fails there', async () => {
    const { handle } = await changing(
      async () => {
        await a();
        await b();
      },
      async () => {
        await a();
        await step.run('new', () => {});
        await b();
      },
    );
    expect(await errorOf(handle.result())).toMatchObject({
      details: { seq: 1, recorded: { name: 'b' }, called: { name: 'new' } },
    });
  });

  test('so that it ends before its recorded calls fails, naming the first that is missing', async () => {
    const { handle } = await changing(
      async () => {
        await a();
        await b();
      },
      async () => a(),
    );
    expect(await errorOf(handle.result())).toMatchObject({
      code: 'NON_DETERMINISM',
      message: expect.stringContaining(
        'recorded step "b" as call 1, but the code now ends without that call',
      ),
      details: { seq: 1, recorded: { kind: 'step', name: 'b' }, called: null },
    });
  });

  test('beyond its journal goes on with the new code', async () => {
    const { app, handle } = await changing(a, async () => [await a(), await b()]);
    expect(await handle.result()).toEqual(['a', 'b']);
    expect(await journalOf(app, 'the-run')).toEqual(['a', 'b']);
  });

  test('in what its steps do goes on: recorded results stay', async () => {
    const { handle } = await changing(a, () => step.run('a', () => 'something else'));
    expect(await handle.result()).toBe('a');
  });

  test('so that it draws another number of derived values goes on', async () => {
    const { handle } = await changing(a, async () => {
      uuid();
      return a();
    });
    expect(await handle.result()).toBe('a');
  });
});

describe('non-determinism', () => {
  test('cannot be caught by the workflow: nothing of it runs any more', async () => {
    const seen: string[] = [];
    const { handle } = await changing(a, async () => {
      try {
        await b();
        seen.push('then');
      } catch {
        seen.push('catch');
      } finally {
        seen.push('finally');
      }
      return 'got away';
    });
    expect(await errorOf(handle.result())).toMatchObject({ code: 'NON_DETERMINISM' });
    await settled();
    expect(seen).toEqual([]);
  });

  test('in one of several parallel chains ends all of them', async () => {
    const seen: string[] = [];
    const { handle } = await changing(
      () => Promise.all([a(), b()]),
      () =>
        Promise.allSettled([
          a().then(() => seen.push('a')),
          step.run('c', () => {}).then(() => seen.push('c')),
          step.run('d', () => void seen.push('body of d')),
        ]),
    );
    expect(await errorOf(handle.result())).toMatchObject({ details: { seq: 1, called: { name: 'c' } } });
    await settled();
    expect(seen).toEqual([]);
  });

  test('executes no step and writes nothing to the journal', async () => {
    const { app, handle } = await changing(a, async () => {
      await b();
    });
    await errorOf(handle.result());
    expect(await journalOf(app, 'the-run')).toEqual(['a']);
  });

  test('is over when the code is repaired and the run resumed: its journal is as it was', async () => {
    const { app, handle, repair } = await changing(a, b);
    expect(await errorOf(handle.result())).toMatchObject({ code: 'NON_DETERMINISM' });
    repair(async () => `${await a()}, repaired`);
    await app.runs.resume('the-run');
    expect(await handle.result()).toBe('a, repaired');
    expect(await app.runs.get('the-run')).toMatchObject({ state: 'succeeded', error: undefined });
  });

  test('that was not repaired fails the resumed run again', async () => {
    const { app, handle } = await changing(a, b);
    await errorOf(handle.result());
    await app.runs.resume('the-run');
    expect(await errorOf(handle.result())).toMatchObject({ code: 'NON_DETERMINISM' });
    expect((await app.runs.get('the-run')).epoch).toBe(3);
  });
});
