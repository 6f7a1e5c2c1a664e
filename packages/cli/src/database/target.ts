import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '@holdfast/core/adapter';
import { postgres } from '@holdfast/postgres';
import { WrongUse } from '../command/wrong-use.js';
import type { Terminal } from '../terminal/terminal.js';

/** Options by which a command finds its database. */
export interface DatabaseOptions {
  readonly url?: string | undefined;
  readonly schema: string;
}

/** Where a command's database is: a server's address, or an embedded one in a folder. */
export type Target = { readonly url: string } | { readonly dir: string };

/** The folder in which a project's embedded Postgres lives. */
const EMBEDDED = '.holdfast';

/**
 * Finds the database as an app does: `--url`, else DATABASE_URL, else the project's embedded Postgres.
 *
 * @param make whether an embedded one may be made. One that only looks makes none: it would be empty.
 * @throws WrongUse if there is none.
 */
export function findTarget({ url }: { url?: string | undefined }, terminal: Terminal, make = false): Target {
  const given = url ?? terminal.env['DATABASE_URL'];
  if (given) return { url: given };
  const dir = join(terminal.cwd, EMBEDDED);
  if (make || existsSync(dir)) return { dir };
  throw new WrongUse(
    `There is no database to look at: no --url, no DATABASE_URL, and no embedded Postgres in ${dir}.`,
    'Give --url postgres://user@host/database, set DATABASE_URL, or go to the folder that your app is started in.',
  );
}

/** The store there. It is looked at as it is: its tables are changed by `holdfast migrate` alone. */
export function storeAt(target: Target, schema: string): Store {
  const options = { schema, migrate: false };
  return 'url' in target
    ? postgres(target.url, options)
    : postgres(undefined, { ...options, dir: target.dir });
}
