import pc from 'picocolors';

/** A colour for each worker of a story, so that the eye can follow it. */
const COLOURS = [pc.cyan, pc.magenta, pc.yellow, pc.blue, pc.white];

/** A worker's name in its colour. */
export function coloured(name: string, text = name): string {
  const paint = COLOURS[(name.charCodeAt(0) - 'A'.charCodeAt(0)) % COLOURS.length];
  return paint ? paint(text) : text;
}

/** `1 order`, `2 orders`. */
export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Text filled up with blanks, colours not counted. */
export function fill(text: string, width: number, painted = text): string {
  return painted + ' '.repeat(Math.max(0, width - text.length));
}
