// `docs/parity.md` has a row for every behaviour it must answer for, and every test that a row names is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Behaviours by letter: how many there are, and those that only pin the other system's inside. */
const behaviours = {
  A: [19],
  B: [5],
  C: [6],
  D: [3],
  E: [4],
  F: [5],
  G: [2],
  H: [3],
  I: [7, 7],
  J: [6],
  K: [6],
  L: [2],
  M: [21, 8, 15, 20, 21],
  N: [24, 21, 22, 23],
  O: [4, 2],
  P: [4],
  Q: [7, 6],
  R: [2],
  S: [8, 7],
  T: [4],
  U: [6],
  V: [2],
};

const expected = Object.entries(behaviours).flatMap(([letter, [count, ...without]]) =>
  Array.from({ length: count }, (_, n) => n + 1)
    .filter((n) => !without.includes(n))
    .map((n) => `${letter}${n}`),
);

const rows = readFileSync(join(root, 'docs', 'parity.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| ([A-V]\d+) \| (.*) \| (.*) \| (.*) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, id, , ours, proof]) => ({ id, ours, proof }));

const problems = [];
const ids = rows.map(({ id }) => id);
for (const id of expected) if (!ids.includes(id)) problems.push(`${id} has no row`);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push(`${id} has two rows`);

/** A test's name as it stands in its file: what a string or a template could hold of it. */
const plain = (text) => text.replaceAll('\\', '').replaceAll(/\$\{[^}]*\}|%[a-z]/g, '…');

for (const { id, ours, proof } of rows) {
  const files = [...proof.matchAll(/`([^`]+\.ts)`((?:,? “[^”]+”)*)/g)];
  if (files.length === 0 && !/not for us/i.test(`${ours} ${proof}`)) {
    problems.push(`${id} names neither a test nor a reason`);
  }
  for (const [, path, names] of files) {
    const file = join(root, 'packages', path);
    if (!existsSync(file)) {
      problems.push(`${id} names a file that is not there: ${path}`);
      continue;
    }
    const text = plain(readFileSync(file, 'utf8'));
    for (const [, name] of names.matchAll(/“([^”]+)”/g)) {
      if (!text.includes(plain(name))) problems.push(`${id}: "${name}" is not in ${path}`);
    }
  }
}

for (const problem of problems) console.error(problem);
console.log(`${rows.length} rows, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
