import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** What every command that looks at a database can be told. */
export interface CommonOptions {
  readonly url?: string | undefined;
  readonly schema: string;
  readonly json?: true | undefined;
}

/** Under which heading of a command's help they stand. */
export const COMMON_OPTIONS = 'Database and output:';

/** Makes a command that works on a database. */
export function databaseCommand(parent: CommandUnknownOpts, name: string) {
  return parent
    .command(name)
    .optionsGroup(COMMON_OPTIONS)
    .option('--url <url>', 'the database; default: DATABASE_URL, or the embedded one in .holdfast/')
    .option('--schema <name>', "the schema of Holdfast's tables", 'holdfast')
    .option('--json', 'write JSON for programs')
    .option('--no-color', 'no colours, as NO_COLOR says too')
    .optionsGroup('Options:');
}

/** Examples under a command's help. */
export function examples(...lines: readonly (readonly [line: string, what: string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  const shown = lines.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`.trimEnd());
  return `\nExamples:\n${shown.join('\n')}`;
}
