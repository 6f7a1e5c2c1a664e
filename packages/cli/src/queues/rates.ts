import type { RateLimit } from '@holdfast/core';
import { InvalidArgumentError } from 'commander';
import { durationText } from '../show/time.js';

/** `100 per 1 min` */
export function rateText(rate: { readonly limit: number; readonly per: number } | undefined): string {
  return rate
    ? `${rate.limit.toLocaleString('en')} per ${durationText(rate.per).replace(/^1\.0 /, '1 ')}`
    : '';
}

/** Reads `100/1m`, or `none` to take the limit away. */
export function rateIn(text: string): RateLimit | null {
  if (text === 'none') return null;
  const [, limit, per] = /^(\d+)\s*\/\s*(.+)$/.exec(text) ?? [];
  if (limit !== undefined && per !== undefined)
    return { limit: Number(limit), per: /^[a-z]/.test(per) ? `1${per}` : per };
  throw new InvalidArgumentError('It must look like 100/1m (100 in any minute), or be none.');
}

/** Reads a number of runs, or `none` to take the limit away. */
export function countIn(text: string): number | null {
  if (text === 'none') return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, or none.');
}
