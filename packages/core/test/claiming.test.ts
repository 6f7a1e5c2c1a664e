import { describe, expect, test } from 'vitest';
import { currentRun, sleep, step } from '../src/index.js';
import { bench } from './support/bench.js';
import { intercepted } from './support/intercepted.js';
import { forever, gate, settled } from './support/signals.js';

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
});
