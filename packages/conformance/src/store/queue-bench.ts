import {
  changedLimits,
  type NewRun,
  NO_LIMITS,
  type OwnedRun,
  type QueueLimitOptions,
} from '@holdfast/core/internal';
import type { Bench } from './bench.js';

/** A queue of one test, and what is done with it most often. */
export interface TestQueue {
  readonly name: string;
  /** Sets its limits, whatever they were. */
  limit(limits: QueueLimitOptions): Promise<void>;
  /** Puts runs into it. */
  put(count: number, changes?: Partial<NewRun>): Promise<readonly NewRun[]>;
  /** Claims from it alone, and gives what was claimed in the order in which it was. */
  take(limit?: number, executorId?: string): Promise<readonly OwnedRun[]>;
}

/** A queue that no other test has. */
export function testQueue(bench: Bench, name = bench.id('queue')): TestQueue {
  return {
    name,
    async limit(limits) {
      const { queues } = bench.store;
      const wanted = changedLimits(NO_LIMITS, limits, name);
      // A claim may make the queue known between the two.
      while (!(await queues.save(name, wanted, (await queues.find(name))?.revision ?? null)));
    },
    put: (count, changes = {}) => bench.queue(count, { queue: name, ...changes }),
    async take(limit = 1000, executorId) {
      const request = executorId === undefined ? {} : { executorId };
      return (await bench.claim({ ...request, limit, queues: [name] })).runs;
    },
  };
}
