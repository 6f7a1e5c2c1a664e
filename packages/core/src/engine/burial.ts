import { pause, STORE_BACKOFF } from './backoff.js';
import type { EngineDeps } from './deps.js';

/** What burying asks of the engine. */
export interface Burier {
  readonly deps: EngineDeps;
  readonly isClosing: () => boolean;
  /** There are runs to take up. */
  readonly offerWork: () => void;
}

/** Frees the runs of an executor that died, however long the store cannot be reached, unless this one closes before. */
export async function buryExecutor(
  executorId: string,
  { deps, isClosing, offerWork }: Burier,
): Promise<void> {
  const { store, logger, telemetry } = deps;
  for (let tries = 0; !isClosing(); tries++) {
    try {
      const runs = await store.bury(executorId);
      logger.info({ lostExecutorId: executorId, runs }, 'an executor is gone; its runs are taken up');
      if (runs > 0) telemetry?.freed(runs);
      if (runs > 0) offerWork();
      return;
    } catch (error) {
      logger.warn(
        { error, lostExecutorId: executorId },
        'an executor could not be buried; it is tried again',
      );
      await pause(STORE_BACKOFF, tries, deps);
    }
  }
}
