import { waitUntil } from '../time/index.js';
import type { EngineDeps } from './deps.js';

/** How long to wait for those that write to a run that was cancelled, and between two looks, in milliseconds. */
const QUIET_MS = { longest: 1000, pause: 5 };

/**
 * Cancels runs with all that is below them, and gives the ids of those it cancelled, as it goes.
 *
 * A child may just be being recorded when its parent is cancelled, and not be seen yet. Once a run is cancelled no child of
 * it is recorded any more; so when those that were at it have finished, another look sees all there will ever be. A writer
 * may take its time, though: a transactional step holds its run for as long as its transaction lasts. So it is not waited
 * for longer than any start takes.
 */
export async function* cancelledTrees(
  runIds: readonly string[],
  { store, clock }: Pick<EngineDeps, 'store' | 'clock'>,
): AsyncGenerator<readonly string[]> {
  for (;;) {
    const cancelled = await store.control.cancelTrees(runIds);
    if (cancelled.length === 0) return;
    yield cancelled;
    const untilMs = clock.now() + QUIET_MS.longest;
    let busy = await store.control.busy(cancelled);
    while (busy.length > 0 && clock.now() < untilMs) {
      await waitUntil(clock, clock.now() + QUIET_MS.pause);
      busy = await store.control.busy(busy);
    }
  }
}
