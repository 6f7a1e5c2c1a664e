import { describe, expect, test } from 'vitest';
import { now, random, sleep, step, uuid } from '../src/index.js';
import { type CrashPoint, executeWithCrashes } from './crashing.js';
import { bench } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { settled } from './support/signals.js';

const AT_THE_END: CrashPoint = { commit: 'finish', when: 'before' };
const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('now(), uuid() and random()', () => {
  test('are the same on every replay', async () => {
    const seen: unknown[][] = [];
    await executeWithCrashes(async () => {
      const values: unknown[] = [now(), uuid(), random()];
      await step.run('work', () => new Promise((resolve) => setTimeout(resolve, 3)));
      values.push(now(), uuid(), random());
      await sleep(3);
      values.push(now(), uuid(), random());
      seen.push(values);
    }, [AT_THE_END, AT_THE_END]);
    expect(seen.length).toBe(3);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test('are the same on replay in parallel chains, whichever was faster', async () => {
    const seen: unknown[] = [];
    const chain = async (name: string): Promise<unknown[]> => {
      const values: unknown[] = [];
      for (let n = 0; n < 5; n++) {
        await step.run(name, () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3)));
        values.push(uuid(), random(), now());
      }
      return values;
    };
    await executeWithCrashes(
      async () => void seen.push(await Promise.all([chain('a'), chain('b'), chain('c')])),
      [{ commit: 3, when: 'after' }, AT_THE_END, AT_THE_END],
    );
    expect(seen.length).toBe(3);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test('write nothing', async () => {
    const { workflow, launch } = await bench();
    const derive = workflow('derive', async () => [now(), uuid(), random()]);
    const app = await launch();
    const handle = await app.start(derive, []);
    await handle.result();
    expect(await app.runs.steps(handle.id)).toEqual([]);
  });

  test('differ from each other, and between runs', async () => {
    const { workflow, launch } = await bench();
    const derive = workflow('derive', async () => [uuid(), uuid(), random(), random()]);
    await launch();
    const all = [...(await derive()), ...(await derive())];
    expect(new Set(all).size).toBe(8);
    expect(all[0]).toMatch(V4);
  });

  test('differ between two runs with one id, in two stores', async () => {
    const results: unknown[] = [];
    for (let n = 0; n < 2; n++) {
      const { workflow, launch } = await bench();
      const derive = workflow('derive', async () => uuid());
      const app = await launch();
      results.push(await (await app.start(derive, [], { id: 'the same' })).result());
    }
    expect(results[0]).not.toBe(results[1]);
  });
});

describe('now() in a run', () => {
  test('is when the run started, then when the last result was recorded', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const startedAt = clock.now();
    const watch = workflow('watch', async () => {
      const times = [now()];
      await step.run('work', () => clock.advance(5000));
      times.push(now());
      clock.advance(777);
      times.push(now());
      await sleep(1000);
      times.push(now());
      return times.map((time) => time.getTime() - startedAt);
    });
    const app = await launch({ parkAfter: '1h' });
    const result = (await app.start(watch, [])).result();
    await settled();
    clock.advance(1000);
    expect(await result).toEqual([0, 5000, 5000, 6777]);
  });

  test('is when a delayed run started, not when it was recorded', async () => {
    const clock = new ManualClock();
    const { workflow, launch } = await bench({ clock });
    const recordedAt = clock.now();
    const tell = workflow('tell', async () => now().getTime() - recordedAt);
    const app = await launch();
    const handle = await app.start(tell, [], { delay: '1h' });
    clock.advance(3_600_001);
    expect(await handle.result()).toBe(3_600_001);
  });

  test('never goes back', async () => {
    const { workflow, launch } = await bench();
    const watch = workflow('watch', async () => {
      const times: number[] = [];
      const chain = async (): Promise<void> => {
        for (let n = 0; n < 20; n++) {
          await step.run('work', () => new Promise((resolve) => setImmediate(resolve)));
          times.push(now().getTime());
        }
      };
      await Promise.all([chain(), chain(), chain()]);
      return times;
    });
    await launch();
    const times = await watch();
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('outside a run', () => {
  test("now() is the machine's time, uuid() and random() are the machine's chance", () => {
    const before = Date.now();
    expect(now().getTime()).toBeGreaterThanOrEqual(before);
    expect(now().getTime()).toBeLessThanOrEqual(Date.now());
    expect(uuid()).toMatch(V4);
    expect(uuid()).not.toBe(uuid());
    for (let n = 0; n < 100; n++) {
      const number = random();
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(1);
    }
    expect(random()).not.toBe(random());
  });

  test("in a step's body they are the same as outside: its result is what is recorded", async () => {
    const seen: string[] = [];
    const { outcome } = await executeWithCrashes(async () => {
      const drawn = await step.run('draw', () => {
        seen.push(uuid());
        return seen.at(-1);
      });
      return [drawn, uuid()];
    }, [{ commit: 1, when: 'before' }, AT_THE_END]);
    expect(seen[0]).not.toBe(seen[1]);
    expect(outcome).toMatchObject({ value: [seen[1], expect.stringMatching(V4)] });
  });
});
