import { randomUUID } from 'node:crypto';
import { type Duration, durationMs, foregroundClock, systemClock, waitUntil } from '../time/index.js';
import { workflowScope } from './scope.js';

/**
 * Waits. Inside a run the wait is durable: its end is fixed when it begins, a crash does not start it over, and a run
 * that waits long leaves memory. Outside a run it is a plain timer.
 *
 * @throws HoldfastError INVALID_DURATION.
 */
export async function sleep(duration: Duration): Promise<void> {
  const ms = durationMs(duration, 'of sleep');
  const scope = workflowScope();
  if (scope) return scope.sleep(ms);
  return waitUntil(foregroundClock, foregroundClock.now() + ms);
}

/**
 * The time, the same on every replay: the moment the last recorded result came in, or the run's start before that.
 * Costs no write. Outside a run, and in a step's body, the present.
 */
export function now(): Date {
  return new Date(workflowScope()?.now() ?? systemClock.now());
}

/** A version 4 UUID, the same on every replay. Costs no write. Not secret: whoever reads the run's row can derive it. */
export function uuid(): string {
  return workflowScope()?.uuid() ?? randomUUID();
}

/** A number from 0 to 1 (1 excluded), the same on every replay. Costs no write. Not for secrets. */
export function random(): number {
  return workflowScope()?.random() ?? systemRandom();
}

function systemRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}
