/** A part of the picture: what stands under it begins so far below its top. */
export interface Drawn {
  readonly height: number;
  readonly elements: readonly string[];
}

/** Where things stand, in pixels. */
export const FRAME = { width: 860, margin: 16, label: 190, bar: 22, title: 32, gap: 20 } as const;

/** Words, from or (by their class) to a place on a line. */
export function text(x: number, y: number, words: string, css = ''): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${Number(x.toFixed(1))}" y="${y}"${css && ` class="${css}"`}>${escaped}</text>`;
}

/** A bar from the labels on. */
export function bar(length: number, top: number, css: string): string {
  return `<rect x="${FRAME.label}" y="${top + 3}" width="${Math.max(2, length).toFixed(1)}" height="${FRAME.bar - 7}" rx="2" class="${css}"/>`;
}
