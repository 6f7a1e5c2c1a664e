import { HoldfastError } from '../errors/index.js';
import { checkName } from './names.js';
import type { Queue, QueueApply } from './queue-definition.js';
import { changedLimits, NO_LIMITS, type QueueLimitOptions } from './queue-limits.js';
import { defaultRegistry, type Registry } from './registry.js';

/** Options of a queue. */
export interface QueueOptions extends QueueLimitOptions {
  /** When a launch writes these limits over those in the store. Default `'when changed'`. */
  readonly apply?: QueueApply;
  /** Where the definition is kept. Default: the process's own registry. */
  readonly registry?: Registry;
}

const APPLIES: readonly QueueApply[] = ['when changed', 'always', 'once'];

/**
 * Defines a queue. Any workflow can be started in it.
 *
 * @param name its stable name, stored with each run.
 * @throws HoldfastError INVALID_NAME, INVALID_OPTION, INVALID_DURATION, DUPLICATE_QUEUE.
 * @example
 * const mail = queue('mail', { concurrency: 10, rateLimit: { limit: 100, per: '1m' } });
 * await app.start(sendMail, [letter], { queue: mail });
 */
export function queue(name: string, options: QueueOptions = {}): Queue {
  checkName(name, 'name of the queue');
  const { apply = 'when changed', registry = defaultRegistry(), ...limits } = options;
  if (!APPLIES.includes(apply)) {
    throw new HoldfastError(
      'INVALID_OPTION',
      `apply of queue "${name}" must be one of ${APPLIES.map((one) => `'${one}'`).join(', ')}.`,
    );
  }
  const defined: Queue = Object.freeze({
    name,
    limits: Object.freeze(changedLimits(NO_LIMITS, limits, name)),
    apply,
  });
  registry.addQueue(defined);
  return defined;
}

/** The name of a queue that is given by its definition or its name. @throws HoldfastError INVALID_NAME, INVALID_OPTION. */
export function queueName(given: Queue | string, what: string): string {
  if (typeof given === 'string') return checkName(given, what);
  if (typeof given === 'object' && given !== null && 'limits' in given) return given.name;
  throw new HoldfastError('INVALID_OPTION', `The ${what} must be a queue or its name.`);
}
