import type { OfferedWorkflow } from '../store/index.js';
import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';

/**
 * Asks what live executors say of a workflow, however long the store cannot be reached: a start is as patient. Never
 * settles once the signal is aborted.
 */
export async function offeredSurely(
  deps: EngineDeps,
  workflow: string,
  version: string | null,
  signal: AbortSignal,
): Promise<OfferedWorkflow | undefined> {
  for (let tries = 0; ; tries++) {
    try {
      return await deps.store.versions.offered(workflow, version);
    } catch (error) {
      if (!deps.store.isTransient(error)) throw error;
      deps.logger.warn({ error, workflow }, 'who has a workflow could not be looked up; it is tried again');
      await pause(STORE_BACKOFF, tries, deps, signal);
      if (signal.aborted) return new Promise(() => {});
    }
  }
}
