import type { Queue, QueueLimits } from '../define/index.js';

/** A queue as it is stored, and how many of its runs have not ended. */
export interface QueueRecord {
  readonly name: string;
  readonly limits: QueueLimits;
  /** Since when nothing is taken from it; null if it goes on. */
  readonly pausedAtMs: number | null;
  /** Another one after each change of its limits. */
  readonly revision: string;
  /** Runs that are due and wait for their turn. */
  readonly waiting: number;
  /** Runs that are delayed, parked or paused, and hold no slot. */
  readonly later: number;
  /** Runs that hold a slot. */
  readonly inHands: number;
}

/** What became of a deletion. */
export type QueueDeletion = 'deleted' | 'not empty' | 'unknown';

/** Queues and their limits. What is changed holds for every claim that begins after the promise has resolved. */
export interface QueueStore {
  /** Writes definitions over what is stored, as far as each says that it should be. */
  define(queues: readonly Queue[]): Promise<void>;
  /** All queues, by name. */
  list(): Promise<readonly QueueRecord[]>;
  find(name: string): Promise<QueueRecord | undefined>;
  /** Writes limits if the queue still has this revision; without one, if there is no such queue. Answers whether it did. */
  save(name: string, limits: QueueLimits, revision: string | null): Promise<boolean>;
  /** Lets nothing be taken from a queue, or lets it go on. False if there is no such queue. */
  pause(name: string, isPaused: boolean): Promise<boolean>;
  /** Removes a queue in which no run has not ended. */
  delete(name: string): Promise<QueueDeletion>;
}
