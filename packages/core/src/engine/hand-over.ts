import type { Codec } from '../codec/index.js';
import type { Outcome } from '../replay/index.js';
import type { OpenCall } from './call.js';

/** Gives a call's outcome to the workflow: decoded anew, so that it sees the very value that a replay will see. */
export function handOver(codec: Codec, call: OpenCall, outcome: Outcome): void {
  try {
    if (outcome.ok) call.resolve(codec.decode(outcome.value));
    else call.reject(codec.decode(outcome.error));
  } catch (error) {
    call.reject(error);
  }
}
