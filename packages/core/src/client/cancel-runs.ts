import { checkRunId } from '../define/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import type { CancelOptions } from './control-options.js';

/**
 * Cancels runs, and if asked all that is below them. Answers the ids of those that were cancelled.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_ID.
 */
export async function cancelRuns(
  engine: Engine,
  ids: readonly string[],
  { children = false }: CancelOptions = {},
): Promise<readonly string[]> {
  if (typeof children !== 'boolean') {
    throw new HoldfastError(
      'INVALID_OPTION',
      `children of a cancel is ${JSON.stringify(children)}; it must be true or false.`,
    );
  }
  ids.forEach(checkRunId);
  if (ids.length === 0) return [];
  return children ? engine.cancelTrees(ids) : engine.cancel(ids);
}

/** The same for one run, for which it answers whether that was cancelled. */
export async function cancelFrom(
  engine: Engine,
  ids: string | readonly string[],
  options?: CancelOptions,
): Promise<boolean | readonly string[]> {
  if (Array.isArray(ids)) return cancelRuns(engine, ids as readonly string[], options);
  return (await cancelRuns(engine, [ids as string], options)).includes(ids as string);
}
