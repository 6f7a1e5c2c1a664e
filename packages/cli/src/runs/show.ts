import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { RunMailView, RunView, StepView } from '@holdfast/core';
import { databaseCommand, examples } from '../command/leaf.js';
import { withClient } from '../database/client.js';
import { errorText } from '../show/errors.js';
import { runJson, stepJson, writeDocument } from '../show/json.js';
import { paintState } from '../show/states.js';
import { durationText, momentAgo } from '../show/time.js';
import { valueText } from '../show/values.js';
import { fields, indented } from '../terminal/fields.js';
import type { Terminal } from '../terminal/terminal.js';
import { printable } from '../terminal/width.js';
import { mailJson, mailLines } from './mail-lines.js';
import { tagsText, took } from './run-columns.js';
import { timeline } from './timeline.js';

/** The most calls of a journal that are shown with a run. `runs steps` shows all. */
const MOST_STEPS = 200;

export function addShow(runs: CommandUnknownOpts, terminal: Terminal): void {
  databaseCommand(runs, 'show')
    .argument('<id>', 'the run')
    .summary('one run: where it stands, its outcome, its steps')
    .description('Show a run: where it stands, its input and outcome, and the timeline of its steps')
    .option('--no-steps', 'without the timeline')
    .addHelpText(
      'after',
      examples(['holdfast runs show order-42', ''], ['holdfast runs show order-42 --json | jq .output', '']),
    )
    .action(async (id, options) => {
      await withClient(options, terminal, async (client) => {
        const run = await client.runs.get(id);
        const limit = options.json ? {} : { limit: MOST_STEPS };
        const mail = await client.runs.mail(id);
        const steps = options.steps ? await client.runs.steps(id, limit) : [];
        if (options.json) {
          const shown = runJson(run) as object;
          return writeDocument(terminal, {
            ...shown,
            ...mailJson(mail),
            ...(options.steps && { steps: steps.map(stepJson) }),
          });
        }
        await terminal.write(runPage({ run, mail, steps }, terminal));
      });
    });
}

/** All that is shown of a run. */
interface Shown {
  readonly run: RunView;
  readonly mail: RunMailView;
  readonly steps: readonly StepView[];
}

function runPage({ run, mail, steps }: Shown, terminal: Terminal): string {
  const { colours, columns } = terminal;
  const heading = `${colours.bold(printable(run.id))}  ${paintState(run.state, colours)(run.state)}\n`;
  const width = Math.min(columns, 120) - 2;
  const value = (given: unknown): string =>
    indented(valueText(given, { colours: colours.isColorSupported, width }), 2);
  const parts = [heading + fields(facts(run, terminal), colours)];
  if (run.input.length > 0) parts.push(`${colours.bold('Input')}\n${run.input.map(value).join('')}`);
  if (run.output !== undefined) parts.push(`${colours.bold('Output')}\n${value(run.output)}`);
  if (run.error !== undefined)
    parts.push(`${colours.bold('Error')}\n${indented(errorText(run.error, colours), 2)}`);
  const showed = mailLines(mail, colours);
  if (showed.length > 0) parts.push(`${colours.bold('Shows and was sent')}\n${showed.join('')}`);
  if (steps.length > 0) {
    const more =
      steps.length === MOST_STEPS ? colours.dim(`  … \`holdfast runs steps ${run.id}\` shows all\n`) : '';
    parts.push(`${colours.bold('Steps')}\n${timeline(steps, run, terminal)}${more}`);
  }
  return parts.join('\n');
}

function facts(run: RunView, terminal: Terminal): readonly (readonly [name: string, value: string])[] {
  const now = terminal.now();
  const moment = (date: Date | undefined): string => (date ? momentAgo(date, now) : '');
  const ended = run.completedAt ? `${moment(run.completedAt)}` : '';
  return [
    ['workflow', `${run.workflow}, version ${run.version}`],
    ['tags', tagsText(run)],
    ['queue', run.queue === undefined ? '' : queueText(run, run.queue)],
    ['key', run.deduplicationKey ?? ''],
    ['created', moment(run.createdAt)],
    ['started', moment(run.startedAt)],
    ['ended', ended],
    ['took', took(run, now)],
    ['due', moment(run.wakeAt)],
    ['deadline', moment(run.deadline)],
    ['time limit', run.timeoutMs === undefined || run.deadline ? '' : durationText(run.timeoutMs)],
    ['started by', run.parentId === undefined ? '' : `${run.parentId}${run.isDetached ? ' (detached)' : ''}`],
    ['schedule', run.schedule ?? ''],
    ['forked from', run.forkedFrom ?? ''],
    ['executor', run.executorId === undefined ? '' : executorText(run, run.executorId)],
    ['taken over', run.takeovers === 0 ? '' : `${run.takeovers} times in a row without having come further`],
    ['undoing', run.isUnwinding ? 'undos of it are left to run' : ''],
  ];
}

function queueText({ priority, partitionKey }: RunView, queue: string): string {
  const parts = [queue];
  if (priority !== 0) parts.push(`priority ${priority}`);
  if (partitionKey !== undefined) parts.push(`partition ${partitionKey}`);
  return parts.join(', ');
}

function executorText({ state, epoch }: RunView, executor: string): string {
  return `${executor}${state === 'running' ? '' : ', the last one'}${epoch > 1 ? `; taken up ${epoch} times` : ''}`;
}
