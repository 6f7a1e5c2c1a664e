import type { JournalEntry, RecordedEntry } from './entry.js';

/**
 * A journal in its two parts: what the workflow called, and the undos of that, which are numbered after it. What is
 * undone is fixed once a run unwinds, so the same call has the same undo at every take-up.
 */
export interface UndoPlan {
  /** What the workflow replays against. */
  readonly calls: readonly JournalEntry[];
  /** What is recorded of undos so far. */
  readonly undone: readonly JournalEntry[];
  /** The calls to be undone, in the order in which it is done: the last result first. */
  readonly undoes: readonly RecordedEntry[];
  /** The number of the first undo. */
  readonly firstSeq: number;
  /** The highest ordinal among the calls. */
  readonly lastOrdinal: number;
}

/** Says what is to be undone, and in which order: every success whose call has an undo, whether or not it was seen. */
export function undoPlan(journal: readonly JournalEntry[]): UndoPlan {
  const calls = journal.filter(({ kind }) => kind !== 'undo');
  const recorded = calls.filter((entry) => entry.state === 'recorded');
  const undoes = recorded.filter(({ hasUndo, outcome }) => hasUndo && outcome.ok);
  return {
    calls,
    undone: journal.filter(({ kind }) => kind === 'undo'),
    undoes: undoes.sort((a, b) => b.ordinal - a.ordinal),
    firstSeq: calls.reduce((after, { seq }) => Math.max(after, seq + 1), 0),
    lastOrdinal: recorded.reduce((last, { ordinal }) => Math.max(last, ordinal), 0),
  };
}
