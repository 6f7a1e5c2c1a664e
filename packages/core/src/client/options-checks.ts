import { HoldfastError } from '../errors/index.js';

/**
 * Refuses an object with a name that is none: a filter that is misspelt would match everything.
 *
 * @throws HoldfastError INVALID_OPTION
 */
export function checkNames(given: unknown, known: Readonly<Record<string, true>>, what: string): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(what, given, 'an object');
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const names = Object.keys(known).join(', ');
  throw new HoldfastError('INVALID_OPTION', `The ${what} has no "${unknown}". It may have: ${names}.`, {
    details: { option: unknown },
  });
}

/** A whole number in a range; undefined is `otherwise`. @throws HoldfastError INVALID_OPTION */
export function wholeNumber(
  given: unknown,
  { what, from, to, otherwise }: { what: string; from: number; to: number; otherwise: number },
): number {
  if (given === undefined) return otherwise;
  if (Number.isSafeInteger(given) && (given as number) >= from && (given as number) <= to)
    return given as number;
  throw invalid(what, given, `a whole number from ${from} to ${to}`);
}

/** One of a few words; undefined is the first. @throws HoldfastError INVALID_OPTION */
export function oneOf<T extends string>(given: unknown, words: readonly T[], what: string): T {
  if (given === undefined) return words[0]!;
  if (words.includes(given as T)) return given as T;
  throw invalid(what, given, words.map((word) => `"${word}"`).join(' or '));
}

/** True or false; undefined is `otherwise`. @throws HoldfastError INVALID_OPTION */
export function yesOrNo(given: unknown, what: string, otherwise: boolean): boolean {
  if (given === undefined) return otherwise;
  if (typeof given === 'boolean') return given;
  throw invalid(what, given, 'true or false');
}

/** The error of a value that cannot be. */
export function invalid(what: string, value: unknown, wanted: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', `The ${what} is ${show(value)}; it must be ${wanted}.`, {
    details: { option: what },
  });
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return `of type ${Array.isArray(value) ? 'array' : typeof value}`;
}
