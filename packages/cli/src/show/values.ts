import { inspect } from 'node:util';
import { createCodec } from '@holdfast/core/internal';
import { printable } from '../terminal/width.js';

const codec = createCodec();

/** A value as a program reads it: the plain JSON in which it is stored, dates and maps included. */
export function plainValue(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(codec.encode(value, 'a value').json) as unknown);
}

/** A value as a person reads it, over several lines if it is long. */
export function valueText(value: unknown, { colours, width }: { colours: boolean; width: number }): string {
  const breakLength = Number.isFinite(width) ? Math.max(20, width) : 100;
  return inspect(value, {
    colors: colours,
    depth: 8,
    breakLength,
    maxArrayLength: 50,
    maxStringLength: 2000,
  });
}

/** A value on one line, its longest parts shortened. */
export function valueLine(value: unknown): string {
  const limits = { depth: 4, breakLength: Number.POSITIVE_INFINITY, compact: true, maxStringLength: 200 };
  return printable(inspect(value, limits).replaceAll(/\s*\n\s*/g, ' '));
}

/** What an error says, on one line: with its class, and its code if it has one. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return valueLine(error);
  const { code } = error as { code?: unknown };
  const said = error.message === '' ? error.name : `${error.name}: ${error.message}`;
  return printable(typeof code === 'string' ? `${said} [${code}]` : said);
}
