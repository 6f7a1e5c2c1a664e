import type { StreamCursor } from '../define/index.js';
import type { StoredStreamValue, StreamAnswer, StreamQuestion } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import type { Lookout } from './lookout.js';
import { timedOut } from './mail-errors.js';
import { runNotFound } from './run-errors.js';
import { watchFor } from './watching.js';

/** How many values are read at a time. */
export const STREAM_PAGE = 100;

/** How a value is waited for. */
export interface NextOptions {
  readonly untilMs: number | null;
  readonly isPunctual?: boolean;
  /** Ends the wait with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** Ends the wait as a stream ends. */
  readonly abandoned?: AbortSignal;
  /** Told when the value was seen not to be there yet. Perhaps more than once. */
  readonly pending?: () => void;
}

/**
 * The value at a cursor, of those read ahead or of the store, waiting for it to be written; undefined at the stream's
 * end.
 *
 * @throws HoldfastError RUN_NOT_FOUND, TIMED_OUT.
 */
export async function nextValue(
  lookout: Lookout<StreamQuestion, StreamAnswer>,
  deps: EngineDeps,
  cursor: StreamCursor,
  options: NextOptions,
): Promise<StoredStreamValue | undefined> {
  const [held] = cursor.ahead;
  if (held?.position !== cursor.position) cursor.ahead = [...(await page(lookout, deps, cursor, options))];
  return cursor.ahead.shift();
}

async function page(
  lookout: Lookout<StreamQuestion, StreamAnswer>,
  deps: EngineDeps,
  { definition, runId, position: from, timeoutMs }: StreamCursor,
  { abandoned, signal, ...options }: NextOptions,
): Promise<readonly StoredStreamValue[]> {
  const { name } = definition;
  const ends = [signal, abandoned].filter((one) => one !== undefined);
  try {
    return await watchFor(lookout, deps, {
      ...options,
      runId,
      question: () => ({ runId, name, from, limit: STREAM_PAGE }),
      judge: (answer) => judgePage(runId, answer),
      timedOut: () => timedOut(definition, runId, timeoutMs),
      signal: ends.length > 1 ? AbortSignal.any(ends) : ends[0],
    });
  } catch (error) {
    if (abandoned?.aborted) return [];
    throw error;
  }
}

/** The values of a page, none at the stream's end; undefined if there may be some later. */
function judgePage(
  runId: string,
  { run, isClosed, values }: StreamAnswer,
): readonly StoredStreamValue[] | undefined {
  if (run === null) throw runNotFound(runId);
  return values.length > 0 || isClosed || run === 'ended' ? values : undefined;
}
