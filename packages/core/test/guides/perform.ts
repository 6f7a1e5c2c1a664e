import { runInThisContext } from 'node:vm';
import ts from 'typescript';
import { valuesUsed } from './examples.js';

/** What an example defines on its own level. */
export type Made = Readonly<Record<string, unknown>>;

/**
 * Runs an example: as the body of an async function that is given what it takes for granted, and gives what it defines.
 * Bodies that are left to the reader (`{ … }`) are empty.
 */
export async function perform(example: string, given: Readonly<Record<string, unknown>>): Promise<Made> {
  const whole = example
    .replace(/^import .*$/gm, '')
    .replace(/^export /gm, '')
    .replaceAll('{ … }', '{}');
  const scope: Record<string, unknown> = { ...valuesUsed(whole), ...given };
  const made = [...whole.matchAll(/^(?:const|class) (?:\{ ([\w, ]+) \}|(\w+))/gm)].flatMap(
    ([, several, one]) => (several === undefined ? [one!] : several.split(', ')),
  );
  const taken = Object.keys(scope).filter((name) => !made.includes(name));
  const body = `(async ({ ${taken.join(', ')} }) => { ${whole}\n return { ${made.join(', ')} }; })`;
  const { outputText } = ts.transpileModule(body, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return (runInThisContext(outputText) as (scope: object) => Promise<Made>)(scope);
}
