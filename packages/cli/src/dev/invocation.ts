import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WrongUse } from '../command/wrong-use.js';

/** How an app is started. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  /** Where commands are scripts that only a shell starts. */
  readonly shell: boolean;
}

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts', '.tsx']);

/**
 * How an app is started: as a file by Node, TypeScript by the project's tsx or by Node itself, or as a command.
 *
 * @throws WrongUse if there is no such file, or nothing that understands it.
 */
export async function invocationOf(
  app: readonly string[],
  isCommand: boolean,
  cwd: string,
): Promise<Invocation> {
  const [first = '', ...rest] = app;
  if (isCommand) return { command: first, args: rest, shell: process.platform === 'win32' };
  const file = resolve(cwd, first);
  if (!existsSync(file)) {
    throw new WrongUse(
      `There is no file ${first} in ${cwd}.`,
      '`holdfast dev src/app.ts`, or a command after --: `holdfast dev -- npm start`.',
    );
  }
  const hooks = TYPESCRIPT.has(extname(file)) ? typescriptHooks(first, cwd) : [];
  return { command: process.execPath, args: [...hooks, file, ...rest], shell: false };
}

function typescriptHooks(file: string, cwd: string): readonly string[] {
  const tsx = resolved('tsx', cwd);
  if (tsx !== undefined) return ['--import', pathToFileURL(tsx).href];
  // Newer Nodes take the types out by themselves.
  if ((process.features as { typescript?: unknown }).typescript) return [];
  throw new WrongUse(
    `${file} is TypeScript, which Node ${process.versions.node} does not run by itself.`,
    'npm install --save-dev tsx; or give a command that runs it: `holdfast dev -- npm start`.',
  );
}

function resolved(name: string, cwd: string): string | undefined {
  try {
    return createRequire(join(cwd, 'package.json')).resolve(name);
  } catch {
    return undefined;
  }
}
