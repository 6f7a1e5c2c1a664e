import type { Codec } from '../codec/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError, isHoldfastError } from '../errors/index.js';
import { type RunHandle, resultOf } from './handle.js';
import { scopeOn } from './scope.js';

/**
 * Waits until one of these runs has ended, however it ended.
 *
 * @throws HoldfastError INVALID_OPTION if there are none; RUN_NOT_FOUND, SHUT_DOWN.
 */
export async function waitFirst<Result>(
  handles: readonly RunHandle<Result>[],
  engine: Engine,
): Promise<RunHandle<Result>> {
  if (handles.length === 0) {
    throw new HoldfastError(
      'INVALID_OPTION',
      'waitFirst was given no runs, so none of them can be the first to end.',
    );
  }
  const over = new AbortController();
  const ended = async (handle: RunHandle<Result>): Promise<RunHandle<Result>> => {
    const scope = scopeOn(engine.store);
    if (!scope) await engine.outcomeOf(handle.id, { signal: over.signal });
    else await scope.result(handle.id).catch((error: unknown) => unlessMissing(error, handle.id));
    return handle;
  };
  try {
    return await Promise.race(handles.map(ended));
  } finally {
    over.abort();
  }
}

/**
 * Waits until all of these runs have ended. Answers how each came out, in the order of the handles.
 *
 * @throws HoldfastError RUN_NOT_FOUND, SHUT_DOWN.
 */
export async function waitAll<Result>(
  handles: readonly RunHandle<Result>[],
  engine: Engine,
  codec: Codec,
): Promise<readonly PromiseSettledResult<Result>[]> {
  const outcome = async ({ id }: RunHandle<Result>): Promise<PromiseSettledResult<Result>> => {
    const scope = scopeOn(engine.store);
    if (scope) {
      const came = await settled(scope.result(id) as Promise<Result>);
      if (came.status === 'rejected') unlessMissing(came.reason, id);
      return came;
    }
    const status = await engine.outcomeOf(id);
    return settled((async () => resultOf(status, codec) as Result)());
  };
  return Promise.all(handles.map(outcome));
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  return (await Promise.allSettled([promise]))[0];
}

/** Throws the error of a run that is not there: unlike any other, it does not say how the run ended. */
function unlessMissing(error: unknown, runId: string): void {
  if (isHoldfastError(error, 'RUN_NOT_FOUND') && error.details['runId'] === runId) throw error;
}
