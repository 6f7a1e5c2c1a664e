import { randomUUID } from 'node:crypto';
import type { Clock } from '../time/index.js';

/** The most that the 48 bits of a moment hold. */
const LAST_MS = 2 ** 48 - 1;

/**
 * Makes ids for runs: UUIDs of version 7, which begin with the moment and are random in the rest.
 *
 * So new runs and their steps stand side by side in the indexes of their keys. Random ones would be strewn over all
 * pages of them: beside ten million runs, each new one read, changed and logged two or more pages of its own.
 */
export function runIds(clock: Clock): () => string {
  return () => {
    const ms = Math.floor(Math.min(Math.max(clock.now(), 0), LAST_MS))
      .toString(16)
      .padStart(12, '0');
    return `${ms.slice(0, 8)}-${ms.slice(8)}-7${randomUUID().slice(15)}`;
  };
}
