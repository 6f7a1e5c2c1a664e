import { type EntryOutcome, isFinal, isMail, type MailEntry, type StoreEntry } from '@holdfast/core/internal';
import type { BatchAnswer } from '../sql/batch/commit.js';
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
  standing: Standing,
  why: BatchAnswer['why'],
): EntryOutcome | undefined {
  if (isMail(entry)) return settleMail(entry, standing, why);
  const { run, step, isOrphan, holder, isAwaited } = standing;
  if (entry.op === 'start') {
    if (run) return run.key === entry.run.key ? WRITTEN : EXISTS;
    if (isOrphan) return LOST;
    return holder ? { kind: 'duplicate', ...holder } : undefined;
  }
  if (entry.op === 'vacate') return WRITTEN;
  if (run?.epoch !== entry.epoch) return LOST;
  const { state, signals } = run;
  switch (entry.op) {
    case 'step':
      return step?.epoch === entry.epoch && step.ordinal !== null && step.ordinal === entry.ordinal
        ? WRITTEN
        : LOST;
    case 'finish':
      return isFinal(state) ? seen(isAwaited) : LOST;
    case 'park':
      if (state === 'running') return { kind: 'signalled', signals };
      return state === 'waiting' ? WRITTEN : LOST;
    case 'pause':
      return state === 'paused' ? WRITTEN : LOST;
    case 'release':
    case 'unwind':
      return state === 'pending' ? WRITTEN : LOST;
  }
}

/** It was written before. Whoever waits for it may not have been told. */
function seen(isAwaited: boolean): EntryOutcome {
  return isAwaited ? { kind: 'written', isAwaited } : WRITTEN;
}

/** The call that mail comes with may be there already: what bars the mail now did not then. */
function settleMail(
  entry: MailEntry,
  { step, hasMessage, isAwaited }: Standing,
  why: BatchAnswer['why'],
): EntryOutcome {
  const call = entry.step;
  const isThere =
    call !== null && step !== null && step.epoch === call.epoch && step.ordinal === call.ordinal;
  // Whoever woke the run by it may not have heard so.
  if (isThere) return entry.op === 'send' ? { kind: 'written', wakes: true } : seen(isAwaited);
  if (why === 'ended' && hasMessage) return EXISTS;
  return why === null || why === 'woke' || why === 'awaited' ? LOST : { kind: why };
}
