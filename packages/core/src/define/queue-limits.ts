import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs } from '../time/index.js';

/** At most `limit` runs are begun in any span of `per`. */
export interface RateLimit {
  readonly limit: number;
  readonly per: Duration;
}

/** Limits that hold for each partition key of a queue by itself. */
export interface PartitionLimitOptions {
  /** The most runs of a partition that are in hands at a time, in all processes together. Default: no limit. */
  readonly concurrency?: number | null;
  /** How fast runs of a partition are begun. Default: no limit. */
  readonly rateLimit?: RateLimit | null;
  /** Shares of partition keys in what the queue gives, where they are not 1: `{ acme: 3 }` is served three times as often. */
  readonly weights?: Readonly<Record<string, number>> | null;
}

/** Limits of a queue. Null, as leaving one out, is no limit. */
export interface QueueLimitOptions {
  /** The most runs that are in hands at a time, in all processes together. Default: no limit. */
  readonly concurrency?: number | null;
  /** The same for each process. At most `concurrency`. Default: no limit. */
  readonly workerConcurrency?: number | null;
  /** How fast runs are begun, in all processes together. To go on after a wait or a crash is not to begin. Default: no limit. */
  readonly rateLimit?: RateLimit | null;
  /** Limits for each partition key by itself, and the shares of the keys. */
  readonly partition?: PartitionLimitOptions | null;
  /** Whether a run that waits (sleeps, or waits for another) counts for the concurrency all the same. Default false. */
  readonly parkedHoldSlots?: boolean;
}

/** How fast runs are begun, as it is stored. */
export interface StoredRate {
  readonly limit: number;
  readonly perMs: number;
}

/** Limits of a queue as they are stored. */
export interface QueueLimits {
  readonly concurrency: number | null;
  readonly workerConcurrency: number | null;
  readonly rate: StoredRate | null;
  readonly partitionConcurrency: number | null;
  readonly partitionRate: StoredRate | null;
  readonly weights: Readonly<Record<string, number>>;
  readonly parkedHoldSlots: boolean;
}

/** Whoever comes is taken. */
export const NO_LIMITS: QueueLimits = {
  concurrency: null,
  workerConcurrency: null,
  rate: null,
  partitionConcurrency: null,
  partitionRate: null,
  weights: {},
  parkedHoldSlots: false,
};

/** The largest count that every store can keep. */
const LARGEST = 2 ** 31 - 1;

/** A share may be a thousand times another: more would be to starve it. */
const WEIGHTS = { min: 0.001, max: 1000 };

/**
 * Limits with changes made to them: what is left out stays as it is, and null takes a limit away.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_DURATION for a limit that is none, or limits that contradict each other.
 */
export function changedLimits(limits: QueueLimits, changes: QueueLimitOptions, queue: string): QueueLimits {
  checkKeys(changes, LIMIT_KEYS, `queue "${queue}"`);
  const { concurrency, workerConcurrency, rateLimit, partition, parkedHoldSlots } = changes;
  const changed = {
    ...limits,
    ...(concurrency !== undefined && { concurrency: count(concurrency, `concurrency of queue "${queue}"`) }),
    ...(workerConcurrency !== undefined && {
      workerConcurrency: count(workerConcurrency, `workerConcurrency of queue "${queue}"`),
    }),
    ...(rateLimit !== undefined && { rate: rate(rateLimit, `rateLimit of queue "${queue}"`) }),
    ...(parkedHoldSlots !== undefined && {
      parkedHoldSlots: flag(parkedHoldSlots, `parkedHoldSlots of queue "${queue}"`),
    }),
    ...(partition !== undefined && partitionLimits(partition, queue)),
  };
  checkTogether(changed, queue);
  return changed;
}

type PartitionLimits = Partial<Pick<QueueLimits, 'partitionConcurrency' | 'partitionRate' | 'weights'>>;

function partitionLimits(partition: PartitionLimitOptions | null, queue: string): PartitionLimits {
  if (partition === null) return { partitionConcurrency: null, partitionRate: null, weights: {} };
  const what = `partition of queue "${queue}"`;
  checkKeys(partition, PARTITION_KEYS, what);
  const { concurrency, rateLimit, weights } = partition;
  return {
    ...(concurrency !== undefined && {
      partitionConcurrency: count(concurrency, `concurrency of a ${what}`),
    }),
    ...(rateLimit !== undefined && { partitionRate: rate(rateLimit, `rateLimit of a ${what}`) }),
    ...(weights !== undefined && { weights: shares(weights, `weights of ${what}`) }),
  };
}

/** A limit that another one makes void is a mistake; better said now than found out under load. */
function checkTogether(limits: QueueLimits, queue: string): void {
  const { concurrency, workerConcurrency, partitionConcurrency, rate: whole, partitionRate } = limits;
  const most = concurrency ?? Number.POSITIVE_INFINITY;
  const exceeds = (part: string, value: number | null): void => {
    if (value === null || value <= most) return;
    throw invalid(
      `${part} of queue "${queue}" is ${value}, more than its concurrency of ${concurrency}. Lower it, or leave it out.`,
      { queue, concurrency, [part]: value },
    );
  };
  exceeds('workerConcurrency', workerConcurrency);
  exceeds('partition.concurrency', partitionConcurrency);
  if (whole && partitionRate && partitionRate.perMs >= whole.perMs && partitionRate.limit > whole.limit) {
    throw invalid(
      `partition.rateLimit of queue "${queue}" lets more begin (${partitionRate.limit}) than its rateLimit ` +
        `(${whole.limit}). Lower it, or leave it out.`,
      { queue, rate: whole, partitionRate },
    );
  }
}

function count(value: unknown, what: string): number | null {
  if (value === null) return null;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST)
    return value as number;
  throw invalid(`${what} is ${show(value)}; it must be a whole number from 1, or null for no limit.`);
}

function rate(value: RateLimit | null, what: string): StoredRate | null {
  if (value === null) return null;
  checkKeys(value, ['limit', 'per'], what);
  const limit = count(value.limit, `limit in ${what}`);
  const perMs = durationMs(value.per, `per in ${what}`);
  if (limit === null || perMs <= 0) {
    throw invalid(
      `${what} must be a number of runs per length of time: { limit: 5, per: '2s' }, for example.`,
    );
  }
  return { limit, perMs };
}

function shares(weights: unknown, what: string): Readonly<Record<string, number>> {
  if (weights === null) return {};
  if (typeof weights !== 'object') throw invalid(`${what} must be an object: { acme: 3 }, for example.`);
  for (const [key, weight] of Object.entries(weights)) {
    if (typeof weight === 'number' && weight >= WEIGHTS.min && weight <= WEIGHTS.max) continue;
    throw invalid(
      `The weight of "${key}" in ${what} is ${show(weight)}; it must be from ${WEIGHTS.min} to ${WEIGHTS.max}.`,
    );
  }
  return { ...weights } as Record<string, number>;
}

function flag(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(`${what} is ${show(value)}; it must be true or false.`);
}

const LIMIT_KEYS = ['concurrency', 'workerConcurrency', 'rateLimit', 'partition', 'parkedHoldSlots'];
const PARTITION_KEYS = ['concurrency', 'rateLimit', 'weights'];

/** A limit whose name is misspelt would be no limit at all. */
function checkKeys(options: unknown, known: readonly string[], what: string): void {
  if (typeof options !== 'object' || options === null) {
    throw invalid(`The limits of ${what} must be an object, not ${show(options)}.`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalid(`${what} has no limit "${unknown}"; there are ${known.join(', ')}.`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : typeof value === 'object' ? typeof value : String(value);
}

function invalid(message: string, details: Readonly<Record<string, unknown>> = {}): HoldfastError {
  return new HoldfastError('INVALID_OPTION', message, { details });
}
