import { ambient, type RunScope, workflowScope } from '../define/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import type { Store } from '../store/index.js';

/**
 * The run whose own code is calling, or undefined outside one.
 *
 * @throws HoldfastError WRONG_CONTEXT if that run is recorded in another store: a call on this one cannot be part of
 * its journal, and would be made again at every replay.
 */
export function scopeOn(store: Store): RunScope | undefined {
  const scope = workflowScope();
  if (!scope || scope.store === store) return scope;
  throw new HoldfastError(
    'WRONG_CONTEXT',
    `Run "${scope.info.id}" is recorded in another store than this app's. Start runs of another app, and wait for them, ` +
      'inside a step.',
    { details: { runId: scope.info.id } },
  );
}

/** Whether the calling code is that of a run which this engine executes, or of a step of it. */
export function isCalledByRunOf(engine: Engine): boolean {
  const scope = ambient.getStore()?.scope;
  return scope?.store === engine.store && engine.executes(scope.info.id);
}
