import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { inspectorOf } from '@holdfast/postgres/internal';
import { durationIn } from '../command/durations.js';
import { databaseCommand, examples } from '../command/leaf.js';
import { wholeNumber } from '../command/numbers.js';
import { FoundTrouble } from '../command/wrong-use.js';
import { withClient } from '../database/client.js';
import { findTarget } from '../database/target.js';
import { withUrl } from '../database/url.js';
import { writeDocument } from '../show/json.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';
import { examine } from './examine.js';
import type { Finding } from './finding.js';

/** `holdfast doctor` */
export function addDoctor(program: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(program, 'doctor')
    .summary('find out what is wrong, and what to do about it')
    .description('Find out what is wrong, and what to do about it. Exits with 1 if something is.')
    .option('--max-transaction <duration>', 'how long a transaction may be open', durationIn, 300_000)
    .option('--max-waiting <number>', 'how many runs may wait in a queue', wholeNumber(0), 10_000)
    .addHelpText(
      'after',
      examples(
        ['holdfast doctor', ''],
        ['holdfast doctor --json | jq .findings', 'for a program'],
        ['holdfast doctor --max-waiting 500', ''],
      ),
    )
    .action(async (options) => {
      const { schema, json, maxTransaction, maxWaiting } = options;
      const findings = await withUrl(findTarget(options, terminal), async (url) => {
        const inspector = inspectorOf(url, schema);
        const open = { ...options, url };
        try {
          const patient = {
            inspector,
            schema,
            nowMs: terminal.now(),
            withClient: <T>(work: Parameters<typeof withClient<T>>[2]) => withClient(open, terminal, work),
          };
          return await examine(patient, { transactionMs: maxTransaction, mostWaiting: maxWaiting });
        } finally {
          await inspector.close();
        }
      });
      const ok = findings.every(({ verdict }) => verdict !== 'trouble');
      if (json) await writeDocument(terminal, { ok, findings });
      else await terminal.write(pageOf(findings, terminal));
      if (!ok) throw new FoundTrouble();
    });
}

function pageOf(findings: readonly Finding[], { colours }: Terminal): string {
  const { green, yellow, red, bold, dim } = colours;
  const signs = { fine: green('✓'), warning: yellow('!'), trouble: red('✗') };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const margin = ' '.repeat(width + 4);
  const lines = findings.flatMap(({ check, verdict, says, advice, details = [] }) => [
    `${signs[verdict]} ${bold(check.padEnd(width))}  ${printable(says)}`,
    ...details.map((detail) => `${margin}${dim('·')} ${printable(detail)}`),
    ...(advice === undefined ? [] : [`${margin}${dim('→')} ${printable(advice)}`]),
  ]);
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

function summary(findings: readonly Finding[]): string {
  const trouble = findings.filter(({ verdict }) => verdict === 'trouble').length;
  const warnings = findings.filter(({ verdict }) => verdict === 'warning').length;
  const more =
    warnings === 0 ? '' : ` ${warnings === 1 ? 'There is 1 warning.' : `There are ${warnings} warnings.`}`;
  if (trouble === 0) return `All is well.${more}`;
  return `${trouble === 1 ? '1 thing is wrong.' : `${trouble} things are wrong.`}${more}`;
}
