import type { Colours } from './colours.js';
import { cut, padded, printable, widthOf } from './width.js';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** What stands in it: an empty text for nothing. */
  readonly cell: (row: Row) => string;
  readonly paint?: (text: string, row: Row) => string;
  readonly align?: 'left' | 'right';
  /** The narrowest that it may be cut to; without it, it is never cut. */
  readonly min?: number;
  /** Left out when there is no room: the highest first. Without it, it always stays. */
  readonly rank?: number;
}

const GAP = '  ';

interface Laid<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  width: number;
}

/**
 * Rows under titles, made to fit a width. A column in which nothing stands is left out; ids and what else must be copied
 * whole are never cut, even if a line then wraps.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width, colours }: { readonly width: number; readonly colours: Colours },
): string {
  const laid = fit(lay(rows, columns), width);
  const line = (cellOf: (one: Laid<Row>) => readonly [string, (text: string) => string]): string =>
    laid
      .map((one, at) => {
        const [text, paint] = cellOf(one);
        const isLast = at === laid.length - 1 && one.column.align !== 'right';
        const full = isLast ? text : padded(text, one.width, one.column.align);
        return full.trim() === '' ? full : full.replace(text, () => paint(text));
      })
      .join(GAP)
      .trimEnd();
  const titles = line((one) => [cut(one.column.title, one.width), colours.dim]);
  const lines = rows.map((row, at) =>
    line((one) => [cut(one.cells[at]!, one.width), (text) => one.column.paint?.(text, row) ?? text]),
  );
  return `${[titles, ...lines].join('\n')}\n`;
}

function lay<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Laid<Row>[] {
  return columns.flatMap((column) => {
    const cells = rows.map((row) => printable(column.cell(row)));
    if (cells.every((cell) => cell === '')) return [];
    const width = Math.max(widthOf(column.title), ...cells.map(widthOf));
    return [{ column, cells, width }];
  });
}

/** Cuts what may be cut, widest first; if that is not enough, leaves out what may be left out. */
function fit<Row>(laid: Laid<Row>[], width: number): Laid<Row>[] {
  const fullWidths = laid.map((one) => one.width);
  for (let excess = excessOf(laid, width); excess > 0; excess = excessOf(laid, width)) {
    const slack = (one: Laid<Row>): number => (one.column.min === undefined ? 0 : one.width - one.column.min);
    const widest = laid.reduce((most, one) => (slack(one) > slack(most) ? one : most));
    if (slack(widest) <= 0) return withoutOne(laid, fullWidths, width);
    widest.width -= 1;
  }
  return laid;
}

function withoutOne<Row>(laid: Laid<Row>[], fullWidths: readonly number[], width: number): Laid<Row>[] {
  const ranks = laid.map((one) => one.column.rank ?? 0);
  const highest = Math.max(...ranks);
  if (highest === 0) return laid;
  const left = laid.map((one, at) => ({ ...one, width: fullWidths[at]! }));
  return fit(
    left.filter((_, at) => at !== ranks.indexOf(highest)),
    width,
  );
}

function excessOf(laid: readonly { readonly width: number }[], width: number): number {
  return laid.reduce((sum, one) => sum + one.width, 0) + GAP.length * (laid.length - 1) - width;
}
