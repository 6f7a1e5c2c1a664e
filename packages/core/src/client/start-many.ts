import type { ChildCall, WorkflowDefinition } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { StartOptions } from './options.js';
import { startCall } from './start-call.js';

/** Options of a bulk start: the same for all, or each its own. */
export type ManyStartOptions<Args extends readonly unknown[] = readonly unknown[]> =
  | StartOptions
  | ((index: number, args: Args) => StartOptions);

/**
 * The starts of a bulk as the engine takes them.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_INPUT, INVALID_NAME, INVALID_DURATION.
 */
export function startCalls<Args extends readonly unknown[]>(
  workflow: WorkflowDefinition,
  items: readonly Args[],
  options: ManyStartOptions<Args>,
): readonly ChildCall[] {
  if (!Array.isArray(items)) {
    throw new HoldfastError(
      'INVALID_INPUT',
      `The runs of "${workflow.name}" must be an array with the arguments of each: [[first], [second]].`,
    );
  }
  if (typeof options !== 'function' && options.id !== undefined && items.length > 1) {
    throw invalid(
      `${items.length} runs of "${workflow.name}" cannot have one id. Give a function of the index.`,
    );
  }
  return items.map((args, index) => {
    const given = typeof options === 'function' ? options(index, args) : options;
    return joiningCall(workflow, args, given);
  });
}

/** One of several starts that are written together. @throws HoldfastError as {@link startCalls} does. */
export function joiningCall(
  workflow: WorkflowDefinition,
  args: readonly unknown[],
  options: StartOptions,
): ChildCall {
  const call = startCall(workflow, args, options);
  if (!isRejecting(call)) return call;
  throw invalid(
    `Runs of "${workflow.name}" that are started together can join others, not be rejected: half of them would be ` +
      "started then. Say { onDuplicate: 'join' }.",
  );
}

function isRejecting({ workflow, terms, onDuplicate }: ChildCall): boolean {
  if (onDuplicate === 'join') return false;
  return onDuplicate === 'reject' || (!workflow.isSingleton && typeof terms?.deduplicationKey === 'string');
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', message);
}
