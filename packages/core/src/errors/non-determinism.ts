import { HoldfastError } from './holdfast-error.js';

/** One side of a mismatch: a call as it was recorded, or as the code makes it now. */
export interface CallSide {
  readonly kind: string;
  readonly name: string;
}

/** The code of a run no longer makes the calls its journal holds. Both sides are in the message and in `details`. */
export class NonDeterminismError extends HoldfastError {
  constructor(runId: string, seq: number, recorded: CallSide, called: CallSide | undefined) {
    const now = called ? `the code now calls ${side(called)}` : 'the code now ends without that call';
    super(
      'NON_DETERMINISM',
      `Run "${runId}" recorded ${side(recorded)} as call ${seq}, but ${now}. ` +
        'Restore the order of calls and resume the run, or fork it from before this call.',
      { details: { runId, seq, recorded: { ...recorded }, called: called ? { ...called } : null } },
    );
  }
}

function side(call: CallSide): string {
  return `${call.kind} "${call.name}"`;
}
