import { type StoreEntry, touchedRuns } from '../store/index.js';
import { entrySize } from './entry-size.js';
import type { BusyStrands } from './strands.js';

/** Anything that carries an entry. */
export interface Carrier {
  readonly entry: StoreEntry;
  /** See {@link strandsOf}. */
  readonly strands: readonly string[];
}

/** How much one statement carries: so many entries, and so many characters of values (or one entry that has more). */
export interface BatchLimits {
  readonly entries: number;
  readonly chars: number;
}

/** Looking through all that waits, time and again, would cost more than what is found. */
const MOST_PASSED_OVER = 1000;

/**
 * Takes from the front of `waiting` what can go into one statement, and leaves the rest in order. What belongs to a busy
 * strand is passed over, and so is all that follows it in its strands.
 *
 * Hazard: SQL updates a row at most once in a statement, and which of two updates wins is undefined. So a run's row
 * is changed by at most one entry of a batch, and not both changed and signalled; several may signal it. And nothing
 * follows the close of a stream in one batch, or what follows would be let in.
 */
export function takeBatch<T extends Carrier>(waiting: T[], limits: BatchLimits, busy: BusyStrands): T[] {
  const [left, leftStrands]: [T[], Set<string>] = [[], new Set()];
  const changed = new Set<string>();
  const signalled = new Set<string>();
  const closed = new Set<string>();
  const batch: T[] = [];
  let [index, chars] = [0, 0];
  for (; index < waiting.length && batch.length < limits.entries && left.length < MOST_PASSED_OVER; index++) {
    const { entry, strands } = waiting[index]!;
    if (strands.some((strand) => busy.has(strand) || leftStrands.has(strand))) {
      for (const strand of strands) leftStrands.add(strand);
      left.push(waiting[index]!);
      continue;
    }
    chars += entrySize(entry);
    if (chars > limits.chars && batch.length > 0) break;
    const { changes, signals } = touchedRuns(entry);
    const stream =
      entry.op === 'write' || entry.op === 'close' ? JSON.stringify([entry.runId, entry.name]) : undefined;
    const clashes =
      (changes !== null && (changed.has(changes) || signalled.has(changes))) ||
      (signals !== null && changed.has(signals)) ||
      (stream !== undefined && closed.has(stream));
    if (clashes) break;
    if (changes !== null) changed.add(changes);
    if (signals !== null) signalled.add(signals);
    if (stream !== undefined && entry.op === 'close') closed.add(stream);
    batch.push(waiting[index]!);
  }
  waiting.splice(0, index, ...left);
  return batch;
}
