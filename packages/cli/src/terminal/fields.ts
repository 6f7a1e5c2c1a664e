import type { Colours } from './colours.js';
import { padded, printable, widthOf } from './width.js';

/** Names and values, one of each a line. What has no value is left out. */
export function fields(given: readonly (readonly [name: string, value: string])[], colours: Colours): string {
  const shown = given.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown
    .map(([name, value]) => `  ${colours.dim(padded(name, width))}  ${printable(value)}\n`)
    .join('');
}

/** A text of one or more lines, each moved to the right. Ends with a new line. */
export function indented(text: string, by: number): string {
  const margin = ' '.repeat(by);
  return `${text
    .split('\n')
    .map((line) => (line === '' ? line : margin + line))
    .join('\n')}\n`;
}
