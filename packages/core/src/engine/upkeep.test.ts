import { describe, expect, test } from 'vitest';
import type { Clock } from '../time/index.js';
import type { EngineDeps } from './deps.js';
import { silentLogger } from './logger.js';
import { type Chore, Upkeep } from './upkeep.js';

/** A clock whose timers fire when a test says so. */
class Hands implements Clock {
  readonly timers: { readonly atMs: number; readonly fire: () => void }[] = [];
  nowMs = 1000;
  now(): number {
    return this.nowMs;
  }
  at(atMs: number, fire: () => void): () => void {
    const timer = { atMs, fire };
    this.timers.push(timer);
    return () => void this.timers.splice(this.timers.indexOf(timer), 1);
  }
  next(): void {
    const timer = this.timers.sort((a, b) => a.atMs - b.atMs).shift()!;
    this.nowMs = timer.atMs;
    timer.fire();
  }
}

function upkeepOf(chores: readonly Chore[]): { readonly upkeep: Upkeep; readonly clock: Hands } {
  const clock = new Hands();
  const deps = { clock, logger: silentLogger, random: () => 1 } as unknown as EngineDeps;
  return { upkeep: new Upkeep(deps, chores), clock };
}

function noted<T>(doneAt: number[], clock: Clock, nextInMs: T): T {
  doneAt.push(clock.now());
  return nextInMs;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('upkeep', () => {
  test('a chore is done at the start, and then at its interval', async () => {
    const doneAt: number[] = [];
    const { upkeep, clock } = upkeepOf([
      { name: 'sweep', everyMs: 500, run: async () => noted(doneAt, clock, null) },
    ]);
    upkeep.start();
    await settled();
    clock.next();
    await settled();
    expect(doneAt).toEqual([1000, 1500]);
  });

  test('a chore that knows when it is due is done then', async () => {
    const doneAt: number[] = [];
    const { upkeep, clock } = upkeepOf([
      { name: 'sweep', everyMs: 500, run: async () => noted(doneAt, clock, 30) },
    ]);
    upkeep.start();
    await settled();
    clock.next();
    await settled();
    expect(doneAt).toEqual([1000, 1031]);
  });

  test('an earlier moment that somebody knows of comes first', async () => {
    const doneAt: number[] = [];
    const { upkeep, clock } = upkeepOf([
      { name: 'sweep', everyMs: 500, run: async () => noted(doneAt, clock, null) },
    ]);
    upkeep.start();
    await settled();
    upkeep.dueAt('sweep', 1100);
    clock.next();
    await settled();
    expect(doneAt).toEqual([1000, 1100]);
  });

  test('a chore that is asked for while it is being done is done once more, never twice at a time', async () => {
    let [under, most, times] = [0, 0, 0];
    const open: (() => void)[] = [];
    const run = async (): Promise<null> => {
      under += 1;
      times += 1;
      most = Math.max(most, under);
      await new Promise<void>((resolve) => open.push(resolve));
      under -= 1;
      return null;
    };
    const { upkeep } = upkeepOf([{ name: 'sweep', everyMs: 500, run }]);
    upkeep.start();
    upkeep.soon('sweep');
    upkeep.soon('sweep');
    open.shift()!();
    await settled();
    open.shift()!();
    await settled();
    expect([times, most, open.length]).toEqual([2, 1, 0]);
  });

  test('a chore that fails is done again at its interval', async () => {
    let times = 0;
    const run = (): Promise<null> => {
      times += 1;
      return Promise.reject(new Error('the store is away'));
    };
    const { upkeep, clock } = upkeepOf([{ name: 'sweep', everyMs: 500, run }]);
    upkeep.start();
    await settled();
    clock.next();
    await settled();
    expect(times).toBe(2);
  });

  test('nothing is done after the stop, which waits for what is under way', async () => {
    let isDone = false;
    let open = (): void => {};
    const run = async (): Promise<null> => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      isDone = true;
      return null;
    };
    const { upkeep, clock } = upkeepOf([{ name: 'sweep', everyMs: 500, run }]);
    upkeep.start();
    const stopped = upkeep.stop();
    open();
    await stopped;
    upkeep.soon('sweep');
    expect([isDone, clock.timers]).toEqual([true, []]);
  });
});
