import { type CallSide, NonDeterminismError } from '../errors/index.js';
import type { JournalEntry, OpenEntry, RecordedEntry } from './entry.js';

/** What a journal says of a call: its outcome, that it began, or nothing. */
export type CallVerdict =
  | { readonly known: 'outcome'; readonly seq: number; readonly entry: RecordedEntry }
  | { readonly known: 'begun'; readonly seq: number; readonly entry: OpenEntry }
  | { readonly known: 'nothing'; readonly seq: number };

/**
 * A run's journal as its workflow replays against it. Calls are matched by the order in which they are made, and by
 * kind and name.
 */
export class History {
  readonly #runId: string;
  readonly #bySeq = new Map<number, JournalEntry>();
  readonly #ordinals: readonly number[];
  #nextSeq: number;

  /** @param firstSeq the number of the first call. */
  constructor(runId: string, journal: readonly JournalEntry[], firstSeq = 0) {
    this.#runId = runId;
    this.#nextSeq = firstSeq;
    for (const entry of journal) this.#bySeq.set(entry.seq, entry);
    this.#ordinals = journal.flatMap((entry) => (entry.state === 'recorded' ? [entry.ordinal] : []));
  }

  /** The ordinals of all recorded outcomes. */
  get ordinals(): readonly number[] {
    return this.#ordinals;
  }

  /**
   * Takes the workflow's next call and says what the journal knows of it.
   *
   * @throws NonDeterminismError when the journal holds another call at this place.
   */
  call(kind: JournalEntry['kind'], name: string): CallVerdict {
    const seq = this.#nextSeq++;
    const entry = this.#bySeq.get(seq);
    if (!entry) return { known: 'nothing', seq };
    if (entry.kind !== kind || entry.name !== name) {
      throw new NonDeterminismError(this.#runId, seq, side(entry), { kind, name });
    }
    this.#bySeq.delete(seq);
    return entry.state === 'recorded' ? { known: 'outcome', seq, entry } : { known: 'begun', seq, entry };
  }

  /**
   * Whether the run goes the new way where its code was changed. `marked`: its journal says so, and the call is to be
   * made. `passed`: it was beyond this point before the code was changed. `new`: nobody was here yet, and the call is to
   * be made. Takes no place in the journal itself.
   *
   * Every entry that was not called yet lies ahead, also those of branches that run side by side. So `new` is said only
   * where nothing is recorded ahead, and what is recorded is met again in its place.
   */
  patch(name: string): 'marked' | 'passed' | 'new' {
    const entry = this.#bySeq.get(this.#nextSeq);
    if (entry?.kind === 'patch' && entry.name === name) return 'marked';
    return this.#bySeq.size > 0 ? 'passed' : 'new';
  }

  /**
   * To be asked when the workflow function has ended: an entry that was never called means that the code lost a call.
   * Entries that were called but not yet handed over are fine: a race may end before its losers.
   */
  ended(): NonDeterminismError | undefined {
    let first: JournalEntry | undefined;
    for (const entry of this.#bySeq.values()) if (!first || entry.seq < first.seq) first = entry;
    return first && new NonDeterminismError(this.#runId, first.seq, side(first), undefined);
  }
}

function side(entry: JournalEntry): CallSide {
  return { kind: entry.kind, name: entry.name };
}
