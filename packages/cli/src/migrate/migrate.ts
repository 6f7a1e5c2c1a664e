import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type AppliedMigration, migrate, migrationSql } from '@holdfast/postgres';
import { databaseCommand, examples } from '../command/leaf.js';
import { wholeNumber } from '../command/numbers.js';
import { WrongUse } from '../command/wrong-use.js';
import { findTarget } from '../database/target.js';
import { withUrl } from '../database/url.js';
import { writeDocument } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';

/** `holdfast migrate` */
export function addMigrate(program: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(program, 'migrate')
    .summary("make Holdfast's tables, or bring them up to date")
    .description(
      "Make Holdfast's tables, or bring them up to date: in one transaction, one process at a time. Apps do it themselves when " +
        'they launch, unless they may not; see the guide on rights.',
    )
    .option('--print', 'write the SQL to standard output instead, and touch no database')
    .option(
      '--from <version>',
      'with --print: only what comes after this version of the tables',
      wholeNumber(0),
    )
    .addHelpText(
      'after',
      examples(
        ['holdfast migrate --url "$ADMIN_DATABASE_URL"', 'as a role that may create a schema'],
        ['holdfast migrate --print > holdfast.sql', 'for those who apply SQL by their own tools'],
        ['holdfast migrate --print --from 7 | psql "$ADMIN_DATABASE_URL"', ''],
      ),
    )
    .action(async (options) => {
      const { schema, print, from, json } = options;
      if (print) return terminal.write(migrationSql({ schema, ...(from !== undefined && { from }) }));
      if (from !== undefined)
        throw new WrongUse('--from goes with --print: a database is migrated from where it is.');
      const target = findTarget(options, terminal, true);
      const applied = await withUrl(target, (url) => migrate(url, { schema }));
      if (json) return writeDocument(terminal, { schema, applied });
      tell(applied, schema, terminal);
    });
}

function tell(applied: readonly AppliedMigration[], schema: string, { note, noteColours }: Terminal): void {
  for (const { version, name } of applied) note(`${noteColours.green('✓')} ${version}  ${name}`);
  note(
    applied.length === 0
      ? `The tables in schema ${schema} are up to date: nothing to do.`
      : `The tables in schema ${schema} are up to date now.`,
  );
}
