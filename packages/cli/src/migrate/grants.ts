import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { grantsSql } from '@holdfast/postgres';
import { examples } from '../command/leaf.js';
import type { Terminal } from '../terminal/terminal.js';

/** `holdfast grants` */
export function addGrants(program: CommandUnknownOpts, terminal: Terminal): void {
  program
    .command('grants')
    .summary('print the SQL that gives a role the rights it needs')
    .description(
      'Print the SQL that gives a role the rights it needs, and no others. To be applied again after each migration.',
    )
    .requiredOption('--role <name>', 'the role that connects')
    .addOption(
      new Option(
        '--for <purpose>',
        'to run an app, to write checkpoints of transactional steps, or to call the SQL functions',
      )
        .choices(['app', 'steps', 'calls'] as const)
        .default('app' as const),
    )
    .option('--schema <name>', "the schema of Holdfast's tables", 'holdfast')
    .addHelpText('after', examples(['holdfast grants --role shop_app | psql "$ADMIN_DATABASE_URL"', '']))
    .action(({ role, for: purpose, schema }) => terminal.write(grantsSql({ role, purpose, schema })));
}
