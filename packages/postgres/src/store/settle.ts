import type { EntryOutcome, StoreEntry } from '@holdfast/core/internal';
import type { Standing } from '../sql/batch/standing.js';

const WRITTEN: EntryOutcome = { kind: 'written' };
const EXISTS: EntryOutcome = { kind: 'exists' };
const LOST: EntryOutcome = { kind: 'lost' };

/**
 * Says why an entry was not plainly written: it was written before, and the answer never arrived; or the run is another's
 * now; or something stands in its place. Undefined when nothing does any more: a run of its key ended meanwhile.
 */
export function settle(
  entry: StoreEntry,
  { run, step, isOrphan, holder }: Standing,
): EntryOutcome | undefined {
  if (entry.op === 'start') {
    if (run) return run.key === entry.run.key ? WRITTEN : EXISTS;
    if (isOrphan) return LOST;
    return holder ? { kind: 'duplicate', ...holder } : undefined;
  }
  if (run?.epoch !== entry.epoch) return LOST;
  const { state, signals } = run;
  switch (entry.op) {
    case 'step':
      return step?.epoch === entry.epoch && step.ordinal !== null && step.ordinal === entry.ordinal
        ? WRITTEN
        : LOST;
    case 'finish':
      return state === 'succeeded' || state === 'failed' ? WRITTEN : LOST;
    case 'park':
      if (state === 'running') return { kind: 'signalled', signals };
      return state === 'waiting' ? WRITTEN : LOST;
    case 'release':
      return state === 'pending' ? WRITTEN : LOST;
  }
}
