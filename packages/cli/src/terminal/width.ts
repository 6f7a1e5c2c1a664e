import stringWidth from 'string-width';

const segments = new Intl.Segmenter();

/** How many columns a text takes on a screen. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Fills a text up with blanks. Colours in it count for nothing. */
export function padded(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** A text without colours, cut to a width, with an ellipsis if something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let taken = 0;
  for (const { segment } of segments.segment(text)) {
    taken += widthOf(segment);
    if (taken > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text that cannot move the cursor, colour the screen or turn its direction: ids and names come from anywhere, and are
 * shown on a terminal that obeys them.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}
