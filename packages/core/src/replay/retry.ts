import type { Payload } from './entry.js';
import type { StepSeen } from './fork.js';

/**
 * The failed call because of which a run ended, to be made anew with all that came after: the last failure, if the run's
 * error is the same, or if nothing was handed to the run after it. A failure that was caught, and after which the run went
 * on, is not to blame.
 */
export function retryCut(steps: readonly StepSeen[], error: Payload | null): StepSeen | undefined {
  const recorded = steps.filter(({ ordinal, kind }) => ordinal !== null && kind !== 'undo');
  const byOrdinal = [...recorded].sort((a, b) => b.ordinal! - a.ordinal!);
  const last = byOrdinal.find((step) => step.error !== null);
  if (!last) return undefined;
  return last === byOrdinal[0] || last.error!.json === error?.json ? last : undefined;
}
