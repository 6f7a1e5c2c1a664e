import type { Payload } from '../replay/index.js';
import type { EventAnswer } from '../store/index.js';
import { eventNeverSet } from './mail-errors.js';
import { runNotFound } from './run-errors.js';

/** The value of an event, if it is there. @throws HoldfastError RUN_NOT_FOUND, RUN_FINISHED if it never will be. */
export function judgeEvent(name: string, runId: string, { run, value }: EventAnswer): Payload | undefined {
  if (value) return value;
  if (run === null) throw runNotFound(runId);
  if (run === 'ended') throw eventNeverSet(name, runId);
  return undefined;
}
