import { durationMs } from '@holdfast/core/internal';
import { InvalidArgumentError } from 'commander';

/** Reads a length of time, in milliseconds. */
export function durationIn(text: string): number {
  try {
    return durationMs(text, 'a duration');
  } catch {
    throw new InvalidArgumentError("It must look like 30s, 5m, 2h or '3 days'.");
  }
}
