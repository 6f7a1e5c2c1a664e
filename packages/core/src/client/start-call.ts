import { type ChildCall, checkName, queueName, type WorkflowDefinition } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import { durationMs } from '../time/index.js';
import { controlTerms } from './control-options.js';
import type { StartOptions } from './options.js';

/** The largest priority, and with a minus the smallest, that every store can keep. */
const LARGEST_PRIORITY = 2 ** 31 - 1;

const ON_DUPLICATE: readonly unknown[] = ['reject', 'join', undefined];

/**
 * A start as the engine takes it.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_NAME, INVALID_DURATION.
 */
export function startCall(
  workflow: WorkflowDefinition,
  args: readonly unknown[],
  options: StartOptions,
): ChildCall {
  const { id, delay, tags, version, deduplicationKey, onDuplicate } = options;
  const what = `of a run of "${workflow.name}"`;
  const delayMs = delay === undefined ? 0 : durationMs(delay, `delay ${what}`);
  if (!ON_DUPLICATE.includes(onDuplicate)) throw invalid(`onDuplicate ${what} must be 'reject' or 'join'.`);
  if (onDuplicate !== undefined && deduplicationKey === undefined && !workflow.isSingleton)
    throw invalid(`onDuplicate ${what} says what to do about a deduplicationKey. Give one, or leave it out.`);
  const key =
    deduplicationKey === undefined
      ? {}
      : { deduplicationKey: checkName(deduplicationKey, `deduplication key ${what}`) };
  const terms = { ...queueTerms(options, what), ...controlTerms(options, workflow.name), ...key };
  return { workflow, args, id, tags, version, delayMs, terms, onDuplicate };
}

function queueTerms({ queue, priority, partitionKey }: StartOptions, what: string): ChildCall['terms'] {
  if (queue !== undefined) {
    return {
      queue: queueName(queue, `queue ${what}`),
      priority: priority === undefined ? 0 : checkPriority(priority, `priority ${what}`),
      partitionKey: partitionKey === undefined ? null : checkName(partitionKey, `partition key ${what}`),
    };
  }
  if (priority !== undefined) throw withoutQueue('priority', what);
  if (partitionKey !== undefined) throw withoutQueue('partitionKey', what);
  return {};
}

/** @throws HoldfastError INVALID_OPTION unless it is a whole number that every store can keep. */
export function checkPriority(priority: unknown, what: string): number {
  if (Number.isInteger(priority) && Math.abs(priority as number) <= LARGEST_PRIORITY)
    return priority as number;
  throw invalid(
    `The ${what} is ${String(priority)}; it must be a whole number between -${LARGEST_PRIORITY} and ${LARGEST_PRIORITY}.`,
  );
}

function withoutQueue(option: string, what: string): HoldfastError {
  return invalid(
    `The ${option} ${what} has no meaning without a queue. Name one: { queue: 'mail', ${option}: … }.`,
  );
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', message);
}
