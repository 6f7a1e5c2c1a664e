#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { migrate } from './migrate.js';
import { grantsSql, isPurpose } from './schema/grants.js';
import { migrationSql } from './schema/print.js';

const USAGE = `usage: holdfast-postgres migrate [--print] [--schema NAME] [--url URL]
       holdfast-postgres grants --role NAME [--for app|steps|calls] [--schema NAME]

migrate   Brings Holdfast's tables up to date in the database of --url, or of DATABASE_URL.
          With --print, writes the SQL to standard output instead, and touches no database.
grants    Writes to standard output the SQL that gives a role the rights it needs, and no others: to run an app, or
          (--for steps) to write the checkpoints of transactional steps, or (--for calls) to call the SQL functions. To
          be applied again after each migration.
`;

const OPTIONS = {
  for: { type: 'string', default: 'app' },
  print: { type: 'boolean', default: false },
  role: { type: 'string' },
  schema: { type: 'string', default: 'holdfast' },
  url: { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
} as const;

/** Runs the command and gives its exit code: 0 done, 1 failed, 2 called wrongly. */
async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  switch (positionals.join(' ')) {
    case 'migrate':
      return runMigrate(values);
    case 'grants':
      return runGrants(values);
    default:
      return refuse(USAGE);
  }
}

interface MigrateValues {
  readonly print: boolean;
  readonly schema: string;
  readonly url: string;
}

async function runMigrate({ print, schema, url }: MigrateValues): Promise<number> {
  if (print) {
    process.stdout.write(migrationSql({ schema }));
    return 0;
  }
  if (!url) return refuse(`There is no database to migrate: give --url, or set DATABASE_URL.\n\n${USAGE}`);
  await migrate(url, { schema });
  process.stdout.write(`The tables in schema ${schema} are up to date.\n`);
  return 0;
}

interface GrantsValues {
  readonly for: string;
  readonly role?: string | undefined;
  readonly schema: string;
}

function runGrants({ for: purpose, role, schema }: GrantsValues): number {
  if (role === undefined) return refuse(`Nobody to grant to: give --role.\n\n${USAGE}`);
  if (!isPurpose(purpose)) return refuse(`There are no grants for "${purpose}".\n\n${USAGE}`);
  process.stdout.write(grantsSql({ role, purpose, schema }));
  return 0;
}

function refuse(why: string): number {
  process.stderr.write(why);
  return 2;
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
