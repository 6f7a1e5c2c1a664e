import type { Codec } from '../codec/index.js';

import type { Payload, RecordedEntry, UndoPlan } from '../replay/index.js';
import type { OwnedRun } from '../store/index.js';
import type { CallContext } from './call-context.js';
import type { Perform } from './call-taker.js';
import { cancelledOutcome } from './run-errors.js';
import { settleError } from './settle.js';
import { undoLost } from './step-errors.js';
import type { Undo } from './undo.js';

/** What an undo that failed for good leaves in the run's error. */
export interface FailedUndo {
  readonly step: string;
  readonly seq: number;
  readonly message: string;
}

/** Makes the next call of the undoing. Rejects if the undo failed for good. */
export type UndoTaker = (name: string, perform: Perform) => Promise<unknown>;

/**
 * The undos of a run that unwinds. The workflow replays against its journal first, and goes no further than that: it
 * makes the functions anew that take its steps back. Then they are called, in an order that the journal has fixed.
 */
export class Unwinding {
  readonly #plan: UndoPlan;
  readonly #found = new Map<number, Undo>();
  /** Whether the workflow's part is over and undos are being run. */
  isUndoing = false;

  constructor(plan: UndoPlan) {
    this.#plan = plan;
  }

  /** The workflow made this call again. */
  found(seq: number, undo: Undo | undefined): void {
    if (undo) this.#found.set(seq, undo);
  }

  /** Whether all that is to be undone is known. */
  get isComplete(): boolean {
    return this.#plan.undoes.every(({ seq }) => this.#found.has(seq));
  }

  /** Runs the undos one after the other. Answers which failed for good. */
  async undoAll(run: CallContext, take: UndoTaker): Promise<readonly FailedUndo[]> {
    const failed: FailedUndo[] = [];
    for (const entry of this.#plan.undoes) {
      const { name: step, seq } = entry;
      try {
        await take(`undo ${step}`, this.#performer(run, entry));
      } catch (error) {
        failed.push({ step, seq, message: error instanceof Error ? error.message : String(error) });
      }
    }
    return failed;
  }

  #performer(run: CallContext, { seq, name, outcome }: RecordedEntry): Perform {
    const { codec } = run.host.deps;
    const undo = this.#found.get(seq);
    return async (open, begun) => {
      if (!undo || !outcome.ok) return run.record(open, settleError(codec, undoLost(name, seq)));
      return undo(run, open, begun, codec.decode(outcome.value));
    };
  }
}

/** The error that an unwound run ends with: why it unwound, and beside it the undos that failed. */
export function unwoundError(
  { id, error: reason }: Pick<OwnedRun, 'id' | 'error'>,
  failed: readonly FailedUndo[],
  codec: Codec,
): Payload | null {
  if (failed.length === 0) return reason;
  const error = reason === null ? cancelledOutcome(id) : codec.decode(reason);
  // What is no error has no room for details; the journal tells as well.
  if (!(error instanceof Error)) return reason;
  const { details } = error as { details?: unknown };
  const all = { ...(typeof details === 'object' ? details : {}), failedUndos: failed };
  const told = settleError(codec, Object.assign(error, { details: all }));
  return told.ok ? reason : told.error;
}
