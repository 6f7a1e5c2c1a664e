import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { bench, journalOf, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

const DAY_MS = 86_400_000;

describe('a sleep', () => {
  test('takes its time', async () => {
    const { workflow, launch } = await bench();
    const nap = workflow('nap', () => sleep(30));
    await launch();
    const started = Date.now();
    expect(await nap()).toBeUndefined();
    expect(Date.now() - started).toBeGreaterThanOrEqual(30);
  });

  test('of no time at all is over at once', async () => {
    const { workflow, launch } = await bench();
    const nap = workflow('nap', async () => {
      await sleep(0);
      await sleep('0s');
      return 'up';
    });
    await launch();
    expect(await nap()).toBe('up');
  });

  test('may be a fraction of a millisecond', async () => {
    const { workflow, launch } = await bench();
    const nap = workflow('nap', () => sleep(1.5));
    const app = await launch();
    const handle = await app.start(nap, []);
    await handle.result();
    expect(await handle.status()).toBe('succeeded');
  });

  test('is one line in the journal, written when it ends', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const nap = workflow('nap', async () => {
      await step.run('before', () => {});
      await sleep('20s');
    });
    const app = await launch({ parkAfter: '1h' });
    const handle = await app.start(nap, []);
    await eventually(async () => (await journalOf(app, handle.id)).length === 1);
    await settled();
    expect(await journalOf(app, handle.id)).toEqual(['before']);
    const [startedAt, completedAt] = [new Date(clock.now()), new Date(clock.now() + 20_000)];
    clock.advance(20_000);
    await handle.result();
    expect(await journalOf(app, handle.id)).toEqual(['before', 'sleep']);
    expect((await app.runs.steps(handle.id))[1]).toMatchObject({ startedAt, completedAt });
  });

  test('passes side by side with others', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const naps = workflow('naps', () => Promise.all([sleep('30s'), sleep('30s'), sleep('20s')]));
    const app = await launch({ parkAfter: '1h' });
    const handle = await app.start(naps, []);
    await settled();
    clock.advance(30_000);
    await handle.result();
  });

  test('outside a run is a plain timer', async () => {
    const started = Date.now();
    await sleep(15);
    expect(Date.now() - started).toBeGreaterThanOrEqual(15);
  });

  test.each(['soon', -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %s is refused, and not recorded',
    async (bad) => {
      const { workflow, launch } = await bench();
      const nap = workflow('nap', () => sleep(bad));
      const app = await launch();
      const handle = await app.start(nap, []);
      expect(await errorOf(handle.result())).toMatchObject({ code: 'INVALID_DURATION' });
      expect(await app.runs.steps(handle.id)).toEqual([]);
      expect(await errorOf(sleep(bad))).toMatchObject({ code: 'INVALID_DURATION' });
    },
  );
});

describe('a sleep and crashes', () => {
  test('after a crash only the rest is slept, and it is not started over', async () => {
    const clock = new ManualClock();
    const { workflow, launch, kill } = await bench({ clock });
    const nap = workflow('nap', async () => {
      await sleep('60s');
      return clock.now();
    });
    const startedAt = clock.now();
    let app = await launch({ parkAfter: '1h' });
    const { id } = await app.start(nap, []);
    for (let n = 1; n <= 3; n++) {
      await settled();
      clock.advance(15_000);
      await kill(app);
      app = await launch({ parkAfter: '1h' });
      await eventually(async () => (await app.runs.get(id)).epoch === 1 + n);
    }
    await settled();
    clock.advance(14_999);
    await settled();
    expect(await app.handle(id).status()).toBe('running');
    clock.advance(1);
    expect(await app.handle(id).result()).toBe(startedAt + 60_000);
  });

  test('one that should have ended during an outage ends at once', async () => {
    const clock = new ManualClock();
    const { workflow, launch, kill } = await bench({ clock });
    const nap = workflow('nap', () => sleep('1h'));
    const app = await launch({ parkAfter: '2h' });
    const { id } = await app.start(nap, []);
    await settled();
    await kill(app);
    clock.advance(2 * DAY_MS);
    const next = await launch();
    await next.handle(id).result();
  });

  test('one that ended is not slept again on replay', async () => {
    const clock = new ManualClock();
    const { workflow, launch, kill } = await bench({ clock });
    const entered = gate();
    let entries = 0;
    const nap = workflow('nap', async () => {
      await sleep('1h');
      await step.run('work', () => {
        entered.open();
        return ++entries === 1 ? forever() : undefined;
      });
    });
    const app = await launch({ parkAfter: '2h' });
    const { id } = await app.start(nap, []);
    await settled();
    clock.advance(3_600_000);
    await entered.opened;
    await kill(app);
    const next = await launch();
    await next.handle(id).result();
  });
});

describe('a long sleep', () => {
  test('parks the run at once: it leaves memory and is a row with a time to wake', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    let entered = 0;
    const nap = workflow('nap', async () => {
      entered += 1;
      await sleep('3 days');
      return 'rested';
    });
    const app = await launch();
    const startedAt = clock.now();
    const handle = await app.start(nap, []);
    await reaches(app, handle.id, 'waiting');
    expect(await app.runs.get(handle.id)).toMatchObject({
      state: 'waiting',
      executorId: undefined,
      wakeAt: new Date(startedAt + 3 * DAY_MS),
    });
    clock.advance(3 * DAY_MS - 1);
    await settled();
    expect(await handle.status()).toBe('waiting');
    clock.advance(2);
    expect(await handle.result()).toBe('rested');
    expect(entered).toBe(2);
    expect((await app.runs.get(handle.id)).epoch).toBe(2);
  });

  test('is woken by any process, also one launched later', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const nap = workflow('nap', async () => {
      await sleep('3 days');
      return 'rested';
    });
    const app = await launch();
    const { id } = await app.start(nap, []);
    await reaches(app, id, 'waiting');
    await app.shutdown();
    clock.advance(DAY_MS);
    const next = await launch();
    await settled();
    expect(await next.handle(id).status()).toBe('waiting');
    clock.advance(2 * DAY_MS + 1);
    expect(await next.handle(id).result()).toBe('rested');
  });

  test('longer than a timer can be is still a sleep', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const nap = workflow('nap', () => sleep('26 weeks'));
    const app = await launch({ parkAfter: '52 weeks' });
    const handle = await app.start(nap, []);
    await settled();
    clock.advance(26 * 7 * DAY_MS);
    await handle.result();
  });

  test('beside a shorter one wakes the run for the shorter, then parks it again', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const woken: string[] = [];
    const naps = workflow('naps', async () => {
      await Promise.all([
        sleep('1h').then(() => step.run('short', () => void woken.push('short'))),
        sleep('2h').then(() => step.run('long', () => void woken.push('long'))),
      ]);
    });
    const app = await launch();
    const handle = await app.start(naps, []);
    await reaches(app, handle.id, 'waiting');
    clock.advance(3_600_001);
    await eventually(() => woken.length === 1);
    await reaches(app, handle.id, 'waiting');
    clock.advance(3_600_001);
    await handle.result();
    expect(woken).toEqual(['short', 'long']);
  });

  test('does not park a run with a step under way', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const open = gate<string>();
    const race = workflow('race', () =>
      Promise.race([sleep('1h').then(() => 'slept'), step.run('work', () => open.opened)]),
    );
    const app = await launch();
    const handle = await app.start(race, []);
    await settled();
    expect(await handle.status()).toBe('running');
    open.open('worked');
    expect(await handle.result()).toBe('worked');
  });

  test('a thousand sleepers are a thousand rows, and all wake', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const nap = workflow('nap', async (n: number) => {
      await sleep('1 day');
      return n;
    });
    const app = await launch({ concurrency: 50 });
    const numbers = Array.from({ length: 1000 }, (_, n) => n);
    const handles = await Promise.all(numbers.map((n) => app.start(nap, [n])));
    const states = () => Promise.all(handles.map((handle) => handle.status()));
    await eventually(async () => (await states()).every((state) => state === 'waiting'));
    clock.advance(DAY_MS + 1);
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(numbers);
  });
});
