import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { APP_RIGHTS } from '../../src/schema/rights.js';

const SRC = join(import.meta.dirname, '..', '..', 'src');

/** Where statements are, and functions, which act with the rights of who calls them. */
const FOLDERS = [join(SRC, 'sql'), join(SRC, 'schema', 'functions')];

/** What gives away that a statement needs a right to the table it names. */
const SIGNS = {
  select: /\b(?:from|join|using) \$\{s\.(\w+)\}/g,
  insert: /\binsert into \$\{s\.(\w+)\}/g,
  // Whoever locks a row needs that too.
  update:
    /\bupdate \$\{s\.(\w+)\}|\binsert into \$\{s\.(\w+)\}(?:(?!insert into|`).)*?\bdo update\b|\bfrom \$\{s\.(\w+)\}[^)`]*\bfor update\b/gs,
  delete: /\bdelete from \$\{s\.(\w+)\}/g,
} as const;

/** Checkpoints in other databases are made and written by the user's own role. */
const APART = new Set(['checkpoints']);

/** What stands before the name of a function is the schema. */
const NO_TABLES = new Set(['quoted']);

test('an app is granted exactly what the statements do, table by table', () => {
  const needed = new Map<string, Set<string>>();
  for (const text of sourceTexts()) {
    for (const [right, sign] of Object.entries(SIGNS)) {
      for (const [, found, conflicting, locked] of text.matchAll(sign)) {
        const table = (found ?? conflicting ?? locked)!;
        if (!APART.has(table) && !NO_TABLES.has(table))
          needed.set(table, (needed.get(table) ?? new Set()).add(right));
      }
    }
  }
  expect(byTable(APP_RIGHTS.tables)).toEqual(byTable(Object.fromEntries(needed)));
});

function sourceTexts(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );
}

function byTable(rights: Readonly<Record<string, Iterable<string>>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(rights)
      .map(([table, each]) => [table, [...each].sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
