import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A program that stands in a document, and the reader's own part of it. */
export interface DocumentedProgram {
  /** Its text: TypeScript, with its imports. */
  readonly program: string;
  /** What the reader has already, after the imports. May have imports of its own. */
  readonly before: string;
  /** What shows what came of it, at the end. */
  readonly after: string;
  /** A folder from which the imports are found. The program is written into a folder in it, and deleted again. */
  readonly folder: string;
  readonly databaseUrl: string;
}

/** Runs a program as a process of its own, with `DATABASE_URL`. Gives what it prints. */
export async function runProgram(options: DocumentedProgram): Promise<string> {
  const { program, before, after, databaseUrl } = options;
  const folder = await mkdtemp(join(options.folder, 'readme-'));
  try {
    const imports = (program.match(/^import .*$/gm) ?? []).join('\n');
    const rest = program.replace(/^import .*$/gm, '');
    const file = join(folder, 'program.mts');
    await writeFile(file, [imports, before, rest, after].join('\n'));
    const env = { ...process.env, DATABASE_URL: databaseUrl };
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { env });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The examples in TypeScript of a document, from a heading on if one is given. */
export function examplesOf(document: string, heading = ''): readonly string[] {
  const from = document.slice(Math.max(0, document.indexOf(heading)));
  return [...from.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text!);
}
