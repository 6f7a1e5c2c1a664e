import type { QueueLimits } from './queue-limits.js';

/**
 * When a launch writes a queue's definition over the limits that the store has. `'when changed'`: when it differs from
 * the definition that was last written, so that limits changed by hand since stay until the code changes. `'always'`.
 * `'once'`: only if the store does not know the queue.
 */
export type QueueApply = 'when changed' | 'always' | 'once';

/** A queue: where runs wait for their turn, and within what limits they are taken. */
export interface Queue {
  readonly name: string;
  readonly limits: QueueLimits;
  readonly apply: QueueApply;
}
