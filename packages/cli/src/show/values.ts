import { inspect } from 'node:util';
import { createCodec } from '@holdfast/core/internal';
import { printable, widthOf } from '../terminal/width.js';

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

/** A value on one line of at most this many columns. */
export function valueLine(value: unknown, width: number): string {
  const limits = { depth: 4, breakLength: Number.POSITIVE_INFINITY, compact: true, maxStringLength: 200 };
  const text = printable(inspect(value, limits).replaceAll(/\s*\n\s*/g, ' '));
  return widthOf(text) <= width ? text : text;
}

/** What an error says, on one line: with its class, and its code if it has one. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return valueLine(error, 200);
  const { code } = error as { code?: unknown };
  const said = error.message === '' ? error.name : `${error.name}: ${error.message}`;
  return printable(typeof code === 'string' ? `${said} [${code}]` : said);
}
