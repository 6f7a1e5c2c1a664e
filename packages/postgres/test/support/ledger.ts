import { type Registry, sleep, step, workflow } from '@holdfast/core';
import { expect } from 'vitest';

const STEPS = 8;

/** Counts every execution of every step, outside the database. */
export class Ledger {
  readonly #executions = new Map<string, number>();

  enter(what: string): void {
    this.#executions.set(what, (this.#executions.get(what) ?? 0) + 1);
  }

  get size(): number {
    return this.#executions.size;
  }

  get most(): number {
    return Math.max(...this.#executions.values());
  }
}

/** A workflow of eight steps and some sleeps, whose every step a ledger counts. */
export function countedWork(ledger: Ledger) {
  return (registry: Registry) =>
    workflow('work', { registry }, async (run: number) => {
      const results: number[] = [];
      for (let n = 0; n < STEPS; n++) {
        results.push(
          await step.run('effect', async () => {
            ledger.enter(`${run}.${n}`);
            return run * 100 + n;
          }),
        );
        if (n % 3 === 0) await sleep(20);
      }
      return results;
    });
}

/** Expects the results of runs 0, 1, 2 and so on, and that each of their steps was executed once. */
export async function expectAllRight(results: Promise<number[]>[], ledger: Ledger): Promise<void> {
  const expected = (run: number): number[] => Array.from({ length: STEPS }, (_, n) => run * 100 + n);
  expect(await Promise.all(results)).toEqual(results.map((_, run) => expected(run)));
  expect(ledger.size).toBe(results.length * STEPS);
  // The process lived, so an outage is no reason to execute a step again.
  expect(ledger.most).toBe(1);
}

/** Waits until something holds, looking at every turn of the event loop. */
export async function untilHolds(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
