import { describe, expect, test } from 'vitest';
import { currentRun, sleep, step } from '../src/index.js';
import { bench, reaches } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { ManualClock } from './support/manual-clock.js';
import { eventually, forever, gate, settled } from './support/signals.js';

describe('a run that two ways lead to', () => {
  test('a claim and a look for strays is executed once', async () => {
    const { workflow, launch, store } = await bench();
    const bodies: string[] = [];
    const flow = workflow('flow', async () => void bodies.push(currentRun()!.id));
    const nap = workflow('nap', () => sleep('1h'));
    const [claimed, answer, loading, load] = [gate(), gate(), gate(), gate()];
    let isSlow = false;
    const slow = intercepted(store.another(), {
      claim: (original) => async (request) => {
        const claim = await original(request);
        if (isSlow && claim.runs.length > 0) {
          claimed.open();
          await answer.opened;
        }
        return claim;
      },
      load: (original) => async (ids) => {
        const journals = await original(ids);
        if (isSlow) {
          loading.open();
          await load.opened;
        }
        return journals;
      },
    });
    const app = await launch({ store: slow, parkAfter: '2h' });
    const napping = await app.start(nap, []);
    await settled();
    isSlow = true;
    const delayed = await app.start(flow, [], { delay: 1 });
    await claimed.opened;
    // A run that is lost makes the executor look for strays, and it finds the one whose claim is not answered yet.
    await napping.cancel();
    await loading.opened;
    answer.open();
    await settled();
    load.open();
    await delayed.result();
    await settled();
    expect(bodies).toEqual([delayed.id]);
  });

  test('cancelled and resumed while no word of it came leaves its former self', async () => {
    const { workflow, launch, store } = await bench();
    let executions = 0;
    const entered = gate();
    const flow = workflow('flow', () =>
      step.run('work', () => {
        entered.open();
        return ++executions === 1 ? forever() : 'resumed';
      }),
    );
    const app = await launch();
    const handle = await app.start(flow, []);
    await entered.opened;
    await store.cancel([handle.id]);
    await store.resume(handle.id);
    await store.announce([{ kind: 'work' }]);
    expect(await handle.result()).toBe('resumed');
  });
});

describe('a claim whose answer was lost', () => {
  test('is found out: its runs are executed', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', async () => 'ran');
    let lost = 1;
    const flaky = intercepted(store.another(), {
      claim: (original) => async (request) => {
        const claim = await original(request);
        if (claim.runs.length > 0 && lost-- > 0) throw new Error('connection reset');
        return claim;
      },
    });
    const app = await launch({ store: flaky });
    const handle = await app.start(flow, [], { delay: 1 });
    expect(await handle.result()).toBe('ran');
    expect((await app.runs.get(handle.id)).epoch).toBe(1);
  });

  test('and reading what was claimed fails too: both are repeated', async () => {
    const { workflow, launch, store } = await bench();
    const flow = workflow('flow', async () => 'ran');
    const failures = { claim: 1, owned: 2, load: 2 };
    const fail = (what: keyof typeof failures): void => {
      if (failures[what]-- > 0) throw new Error('connection reset');
    };
    const flaky = intercepted(store.another(), {
      claim: (original) => async (request) => {
        const claim = await original(request);
        if (claim.runs.length > 0) fail('claim');
        return claim;
      },
      owned: (original) => async (id) => {
        fail('owned');
        return original(id);
      },
      load: (original) => async (ids) => {
        fail('load');
        return original(ids);
      },
    });
    const app = await launch({ store: flaky });
    const handle = await app.start(flow, [], { delay: 1 });
    expect(await handle.result()).toBe('ran');
    expect(Object.values(failures).every((left) => left < 0 || left === 0)).toBe(true);
  });

  test('and it is committed only after that was looked for: it is looked for again', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const flow = workflow('flow', async () => 'ran');
    let [late, looks, isLanded] = [undefined as (() => Promise<unknown>) | undefined, 0, false];
    // A server that does not know yet that the connection is gone holds on to the run: other claims pass it over.
    const flaky = intercepted(store.another(), {
      claim: (original) => async (request) => {
        if (isLanded) return original(request);
        if (late) return { runs: [], nextDueInMs: null, isHeldBack: false };
        late = () => original(request);
        throw new Error('connection reset');
      },
      owned: (original) => async (id) => {
        const owned = await original(id);
        looks += 1;
        return owned;
      },
    });
    const app = await launch({ store: flaky });
    const handle = await app.start(flow, [], { delay: 1 });
    await eventually(() => late !== undefined);
    clock.advance(1000);
    await eventually(() => looks > 0);
    await settled();
    await late!();
    isLanded = true;
    expect((await app.runs.get(handle.id)).state).toBe('running');
    expect(await clock.passUntil(handle.result())).toBe('ran');
  });
});

describe('an executor that had no room', () => {
  test('takes what fell due meanwhile once a start has come to nothing', async () => {
    const clock = new ManualClock();
    const { workflow, launch, store } = await bench({ clock });
    const busy = workflow('busy', () => step.run('wait', forever));
    const flow = workflow('flow', async () => 'ran');
    const [asked, answer] = [gate(), gate()];
    let isSlow = false;
    const slow = intercepted(store.another(), {
      commit: (original) => async (entries) => {
        if (isSlow) {
          asked.open();
          await answer.opened;
        }
        return original(entries);
      },
    });
    const app = await launch({ store: slow, concurrency: 2 });
    await (await app.start(flow, [], { id: 'taken' })).result();
    await app.start(busy, []);
    const delayed = await app.start(flow, [], { delay: '1m' });
    await settled();
    isSlow = true;
    const again = app.start(flow, [], { id: 'taken' });
    await asked.opened;
    clock.advance(60_000);
    await settled();
    answer.open();
    await again;
    await reaches(app, delayed.id, 'succeeded');
  });
});
