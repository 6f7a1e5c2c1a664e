import { changedLimits, NO_LIMITS, type Queue, type QueueLimitOptions, queueName } from '../define/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import type { QueueRecord, Store } from '../store/index.js';

/** A queue as `app.queues.get` shows it. Limits that are undefined do not exist. */
export interface QueueView {
  readonly name: string;
  readonly concurrency: number | undefined;
  readonly workerConcurrency: number | undefined;
  /** `per` in milliseconds. */
  readonly rateLimit: { readonly limit: number; readonly per: number } | undefined;
  readonly partition: {
    readonly concurrency: number | undefined;
    readonly rateLimit: { readonly limit: number; readonly per: number } | undefined;
    readonly weights: Readonly<Record<string, number>>;
  };
  readonly parkedHoldSlots: boolean;
  /** Since when nothing is taken from it. */
  readonly pausedAt: Date | undefined;
  /** How many of its runs are due and wait for their turn. */
  readonly waiting: number;
  /** How many of its runs are delayed, parked or paused. */
  readonly later: number;
  /** How many of its runs count for its concurrency: they run, or hold their slots all the same. */
  readonly inHands: number;
}

/**
 * Looking at queues, and changing them while runs are taken from them. What is changed holds at once, in all processes.
 *
 * Nothing of this is recorded: a run that needs it calls it in a step, or a replay may see another answer.
 */
export interface Queues {
  /** All queues that were defined or have had runs, by name. */
  list(): Promise<readonly QueueView[]>;
  /** @throws HoldfastError QUEUE_NOT_FOUND */
  get(queue: Queue | string): Promise<QueueView>;
  /**
   * Changes limits: what is left out stays as it is, null takes a limit away. Makes the queue if there is none. They stay
   * until the definition in the code changes (see the option `apply` of `queue`).
   *
   * @throws HoldfastError INVALID_NAME, INVALID_OPTION, INVALID_DURATION; before anything is written.
   */
  set(queue: Queue | string, changes: QueueLimitOptions): Promise<QueueView>;
  /** Lets nothing more be taken from the queue. What is in hands goes on. @throws HoldfastError QUEUE_NOT_FOUND */
  pause(queue: Queue | string): Promise<void>;
  /** Takes that back. @throws HoldfastError QUEUE_NOT_FOUND */
  resume(queue: Queue | string): Promise<void>;
  /** Removes the queue and its limits. @throws HoldfastError QUEUE_NOT_FOUND, QUEUE_NOT_EMPTY while runs of it have not ended. */
  delete(queue: Queue | string): Promise<void>;
}

export function queuesOf(engine: () => Engine): Queues {
  const pause = async (queue: Queue | string, isPaused: boolean): Promise<void> => {
    const name = nameOf(queue);
    if (!(await engine().store.queues.pause(name, isPaused))) throw notFound(name);
    engine().offerWork();
  };
  return {
    async list() {
      return (await engine().store.queues.list()).map(queueView);
    },
    async get(queue) {
      return queueView(await found(engine().store, nameOf(queue)));
    },
    async set(queue, changes) {
      const name = nameOf(queue);
      await save(engine().store, name, changes);
      engine().offerWork();
      return queueView(await found(engine().store, name));
    },
    pause: (queue) => pause(queue, true),
    resume: (queue) => pause(queue, false),
    async delete(queue) {
      const name = nameOf(queue);
      const deletion = await engine().store.queues.delete(name);
      if (deletion === 'unknown') throw notFound(name);
      if (deletion === 'not empty') throw notEmpty(name);
    },
  };
}

/** Somebody else may change limits too: they are read again until nobody came in between. */
async function save(store: Store, name: string, changes: QueueLimitOptions): Promise<void> {
  for (;;) {
    const known = await store.queues.find(name);
    const limits = changedLimits(known?.limits ?? NO_LIMITS, changes, name);
    if (await store.queues.save(name, limits, known?.revision ?? null)) return;
  }
}

async function found(store: Store, name: string): Promise<QueueRecord> {
  const record = await store.queues.find(name);
  if (!record) throw notFound(name);
  return record;
}

function nameOf(queue: Queue | string): string {
  return queueName(queue, 'queue');
}

function queueView({ name, limits, pausedAtMs, waiting, later, inHands }: QueueRecord): QueueView {
  const rateOf = (rate: typeof limits.rate) => (rate ? { limit: rate.limit, per: rate.perMs } : undefined);
  return {
    name,
    concurrency: limits.concurrency ?? undefined,
    workerConcurrency: limits.workerConcurrency ?? undefined,
    rateLimit: rateOf(limits.rate),
    partition: {
      concurrency: limits.partitionConcurrency ?? undefined,
      rateLimit: rateOf(limits.partitionRate),
      weights: limits.weights,
    },
    parkedHoldSlots: limits.parkedHoldSlots,
    pausedAt: pausedAtMs === null ? undefined : new Date(pausedAtMs),
    waiting,
    later,
    inHands,
  };
}

function notFound(name: string): HoldfastError {
  return new HoldfastError('QUEUE_NOT_FOUND', `There is no queue "${name}". See app.queues.list().`, {
    details: { queue: name },
  });
}

function notEmpty(name: string): HoldfastError {
  return new HoldfastError(
    'QUEUE_NOT_EMPTY',
    `Runs of queue "${name}" have not ended. Let them end or cancel them, and then delete it.`,
    { details: { queue: name } },
  );
}
