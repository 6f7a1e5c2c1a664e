import { durationMs, HoldfastError } from '@holdfast/core/internal';
import { Problem } from './problem.js';

/**
 * How long a request wants to wait: `?wait=20s`, and not at all without it. Cut to the longest that the server waits.
 *
 * @throws Problem INVALID_DURATION
 */
export function waitMsOf(url: URL, longestMs: number): number {
  const wait = url.searchParams.get('wait');
  if (wait === null) return 0;
  try {
    return Math.min(durationMs(wait, 'wait'), longestMs);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw new Problem(400, 'INVALID_DURATION', error.message);
  }
}
