import { isMail, runOf, type StoreEntry } from '../store/index.js';

/** Keys of strands. A NUL, which no id has, tells a queue from a run. */
const QUEUE = '\0';

/**
 * The strands that an entry belongs to. Entries of one strand are written in the order in which they were submitted: one
 * is not sent while another that came before is on its way. So a run's journal has no result without those before it, mail
 * arrives in the order of its calls, and starts take their places in a queue in the order in which they were made.
 */
export function strandsOf(entry: StoreEntry): readonly string[] {
  const run = runOf(entry);
  if (entry.op === 'start' && entry.run.queue !== null) return [run, QUEUE + entry.run.queue];
  const caller = isMail(entry) ? entry.step?.runId : undefined;
  return caller === undefined || caller === run ? [run] : [run, caller];
}

/** The strands of which something is on its way to the store. */
export interface BusyStrands {
  has(strand: string): boolean;
}
