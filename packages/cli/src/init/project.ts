import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WrongUse } from '../command/wrong-use.js';

/** What a project is made with, as far as it matters here. */
export interface Project {
  readonly folder: string;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  readonly isTypeScript: boolean;
  /** Whether its files are modules as such; else their names must say that they are. */
  readonly isModule: boolean;
  readonly orm: 'drizzle' | 'knex' | 'prisma' | undefined;
  /** Packages that it has already. */
  readonly has: ReadonlySet<string>;
}

const LOCK_FILES = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
] as const;

const ORMS = [
  ['drizzle-orm', 'drizzle'],
  ['knex', 'knex'],
  ['@prisma/client', 'prisma'],
] as const;

/** Looks at the project in a folder. @throws WrongUse if there is none. */
export function projectIn(folder: string): Project {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) {
    throw new WrongUse(
      `There is no package.json in ${folder}.`,
      'Go to the folder of your project, or make one: npm init -y.',
    );
  }
  const { packageManager, type, ...dependencies } = readPackage(file);
  const has = new Set(Object.values(dependencies).flatMap((some) => Object.keys(some ?? {})));
  return {
    folder,
    packageManager: managerOf(packageManager, folder),
    isTypeScript: existsSync(join(folder, 'tsconfig.json')) || has.has('typescript'),
    isModule: type === 'module',
    orm: ORMS.find(([name]) => has.has(name))?.[1],
    has,
  };
}

interface Package {
  readonly packageManager?: string | undefined;
  readonly type?: string | undefined;
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
  readonly devDependencies?: Readonly<Record<string, string>> | undefined;
}

function readPackage(file: string): Package {
  try {
    const { packageManager, type, dependencies, devDependencies } = JSON.parse(
      readFileSync(file, 'utf8'),
    ) as Package;
    return { packageManager, type, dependencies, devDependencies };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WrongUse(`${file} cannot be read: ${reason}`, 'Mend it first.');
  }
}

/** By package.json, or by the lock file here or above: in a workspace it is at its root. */
function managerOf(declared: string | undefined, folder: string): Project['packageManager'] {
  const name = declared?.split('@')[0];
  if (name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun') return name;
  for (let at = folder; ; at = dirname(at)) {
    const found = LOCK_FILES.find(([file]) => existsSync(join(at, file)));
    if (found) return found[1];
    if (at === dirname(at)) return 'npm';
  }
}
