import { describe, expect, test } from 'vitest';
import { coloursFor } from './colours.js';
import { type Column, table } from './table.js';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly count: number;
}

const colours = coloursFor({ isTerminal: false, env: {}, isRefused: true });
const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'NAME', cell: ({ name }) => name, min: 6 },
  { title: 'COUNT', cell: ({ count }) => (count === 0 ? '' : String(count)), align: 'right', rank: 1 },
];

function shown(rows: readonly Row[], width: number): string {
  return `\n${table(rows, COLUMNS, { width, colours })}`;
}

describe('a table', () => {
  test('stands in columns, whatever is in them', () => {
    const rows = [
      { id: 'order-42', name: 'checkout', count: 7 },
      { id: 'größe', name: '日本語 🎉', count: 1234 },
    ];
    expect(shown(rows, 80)).toMatchInlineSnapshot(`
      "
      ID        NAME       COUNT
      order-42  checkout       7
      größe     日本語 🎉   1234
      "
    `);
  });

  test('cuts what may be cut, then leaves out what may be left out, and never cuts an id', () => {
    const rows = [{ id: '0123456789', name: 'a rather long name', count: 7 }];
    expect(shown(rows, 30)).toMatchInlineSnapshot(`
      "
      ID          NAME         COUNT
      0123456789  a rather l…      7
      "
    `);
    expect(shown(rows, 24)).toMatchInlineSnapshot(`
      "
      ID          NAME
      0123456789  a rather lo…
      "
    `);
    expect(shown(rows, 10)).toMatchInlineSnapshot(`
      "
      ID          NAME
      0123456789  a rat…
      "
    `);
  });

  test('leaves out a column in which nothing stands', () => {
    expect(shown([{ id: '1', name: 'a', count: 0 }], 80)).not.toContain('COUNT');
  });

  test('shows what would move the cursor or colour the screen as text', () => {
    const text = shown([{ id: 'a\u001b[2J\n\u202eb', name: '\t', count: 0 }], 80);
    expect(text).toContain('a\\u001b[2J\\n\\u202eb  \\t');
  });

  test('colours cells without counting colours', () => {
    const red = coloursFor({ isTerminal: true, env: {}, isRefused: false }).red;
    const columns = [{ ...COLUMNS[1]!, paint: red }, COLUMNS[0]!];
    const text = table([{ id: '1', name: 'ab', count: 0 }], columns, { width: 80, colours });
    expect(text.split('\n')[1]).toBe('\u001b[31mab\u001b[39m    1');
  });
});
