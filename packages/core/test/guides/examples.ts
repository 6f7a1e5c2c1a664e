import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '../../src/index.js';

const GUIDES = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'guides');

/** What only other packages can run, whose own tests do. */
const OF_OTHERS = /from '@holdfast\/(?!core'|postgres')/;

/** The examples of the guides to this package, by where they are: `control 2`. */
export const examples: ReadonlyMap<string, string> = new Map(
  readdirSync(GUIDES)
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file.replace('.md', ''), readFileSync(join(GUIDES, file), 'utf8')] as const)
    .filter(([, guide]) => !OF_OTHERS.test(guide))
    .flatMap(([name, guide]) =>
      [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text], n) => [`${name} ${n + 1}`, text!] as const),
    ),
);

const values: ReadonlyMap<string, unknown> = new Map(Object.entries(core));

/** The names of this package that an example uses and does not define. */
export function usedNames(example: string): readonly string[] {
  return [...values.keys()].filter(
    (name) =>
      new RegExp(`\\b${name}\\b`).test(example) &&
      !new RegExp(`(?:const|let|class|function) ${name}\\b`).test(example),
  );
}

/** The same, with what they are. */
export function valuesUsed(example: string): Record<string, unknown> {
  return Object.fromEntries(usedNames(example).map((name) => [name, values.get(name)]));
}
