import { HoldfastError } from '../errors/index.js';

/** The error of resuming or retrying a run whose deduplication key another has taken since. */
export function keyTaken(runId: string, holderId: string, deduplicationKey: string): HoldfastError {
  return new HoldfastError(
    'DUPLICATE_RUN',
    `Run "${runId}" cannot go on while run "${holderId}" has its deduplication key "${deduplicationKey}". Try it again ` +
      'when that one has ended, or cancel that one first.',
    { details: { runId: holderId, deduplicationKey, resumed: runId } },
  );
}
