#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { migrate } from './migrate.js';
import { migrationSql } from './schema/print.js';

const USAGE = `usage: holdfast-postgres migrate [--print] [--schema NAME] [--url URL]

Brings Holdfast's tables up to date in the database of --url, or of DATABASE_URL.
With --print, writes the SQL to standard output instead, and touches no database.
`;

/** Runs the command and gives its exit code: 0 done, 1 failed, 2 called wrongly. */
async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      print: { type: 'boolean', default: false },
      schema: { type: 'string', default: 'holdfast' },
      url: { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
    },
  });
  const { print, schema, url } = values;
  if (positionals.join(' ') !== 'migrate') return refuse(USAGE);
  if (print) {
    process.stdout.write(migrationSql({ schema }));
    return 0;
  }
  if (!url) return refuse(`There is no database to migrate: give --url, or set DATABASE_URL.\n\n${USAGE}`);
  await migrate(url, { schema });
  process.stdout.write(`The tables in schema ${schema} are up to date.\n`);
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
