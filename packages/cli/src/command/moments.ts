import { durationMs } from '@holdfast/core/internal';
import { InvalidArgumentError } from 'commander';

/** Reads a moment: a date, or how long ago it was. */
export function momentIn(text: string, nowMs: number): Date {
  const date = /^\d{4}-/.test(text) ? new Date(text) : undefined;
  if (date && !Number.isNaN(date.getTime())) return date;
  try {
    return new Date(nowMs - durationMs(text, 'a moment'));
  } catch {
    throw new InvalidArgumentError(
      'It must be a date (2030-01-31, 2030-01-31T12:00:00Z) or a time ago (30m, 2h, 3 days).',
    );
  }
}
