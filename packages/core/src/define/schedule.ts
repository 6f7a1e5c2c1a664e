import { HoldfastError } from '../errors/index.js';
import type { Duration } from '../time/index.js';
import { ticksOf } from './cron.js';
import { checkName } from './names.js';
import { queueName } from './queue.js';
import type { Queue } from './queue-definition.js';
import { defaultRegistry, type Registry } from './registry.js';
import type { CatchUp, Overlap, Schedule, ScheduleApply, SchedulePlan } from './schedule-definition.js';
import { definitionOf, type Workflow } from './workflow.js';
import { timeoutMs } from './workflow-control.js';
import type { WorkflowDefinition } from './workflow-definition.js';

/** The terms on which a schedule starts runs. */
export interface ScheduleTerms {
  /** The IANA time zone in which the cron expression is read. Default `'UTC'`. */
  readonly timeZone?: string;
  /** What becomes of ticks that were missed. Default `'one'`. See {@link CatchUp}. */
  readonly catchUp?: CatchUp;
  /** What a tick does while a run of an earlier one has not ended. Default `'allow'`. See {@link Overlap}. */
  readonly overlap?: Overlap;
  /** The queue of its runs. Default: none. */
  readonly queue?: Queue | string;
  /** Lower ones are taken first from the queue. Default 0. */
  readonly priority?: number;
  /** The part of the queue that its runs belong to. */
  readonly partitionKey?: string;
  /** How long each run may take. Default: what the workflow says. */
  readonly timeout?: Duration;
  /** Plain JSON to find its runs by. */
  readonly tags?: Readonly<Record<string, unknown>>;
}

/** Options of a schedule. */
export interface ScheduleOptions<Args extends readonly unknown[] = readonly unknown[]> extends ScheduleTerms {
  /** What each run gets after the moment of its tick. Default: nothing. */
  readonly args?: Args;
  /** When a launch writes this definition over what is in the store. Default `'when changed'`. */
  readonly apply?: ScheduleApply;
  /** Where the definition is kept. Default: the process's own registry. */
  readonly registry?: Registry;
}

/** The options, which may be left out unless the workflow takes more than the moment. */
export type OptionsFor<Args extends readonly unknown[], Options> = [] extends Args
  ? [options?: Options]
  : [options: Options & { readonly args: Args }];

/** The id of a run holds the name, the moment and a few letters. */
const LONGEST_NAME = 199;

/**
 * Defines a schedule: each tick starts a run of a workflow, with the moment of the tick as its first argument. Every
 * tick is started once, however many processes there are, and as long as any one of them lives.
 *
 * @param name its stable name, stored with each run.
 * @param cron five fields (minute, hour, day of the month, month, day of the week), or six with seconds first.
 * @throws HoldfastError INVALID_NAME, INVALID_CRON, INVALID_TIME_ZONE, INVALID_OPTION, DUPLICATE_SCHEDULE.
 * @example
 * const report = workflow('report', async (scheduledAt: Date) => { await mailReport(scheduledAt); });
 * schedule('nightly', '0 3 * * *', report, { timeZone: 'Europe/Berlin' });
 */
export function schedule<Args extends readonly unknown[]>(
  name: string,
  cron: string,
  workflow: Workflow<[scheduledAt: Date, ...args: Args]>,
  ...rest: OptionsFor<Args, ScheduleOptions<Args>>
): Schedule {
  const options: ScheduleOptions = rest[0] ?? {};
  const definition = definitionOf(workflow);
  if (!definition) throw invalid(name, "needs a workflow. Make one with workflow('name', fn)");
  const defined = scheduleOf(name, cron, definition, options);
  (options.registry ?? defaultRegistry()).addSchedule(defined);
  return defined;
}

/** Checks a schedule as code defines it, and fills in the defaults. */
export function scheduleOf(
  name: string,
  cron: string,
  workflow: WorkflowDefinition,
  options: ScheduleOptions,
): Schedule {
  checkScheduleName(name);
  const { apply = 'when changed' } = options;
  oneOf(apply, ['when changed', 'always', 'once'], 'apply', name);
  return Object.freeze({ name, apply, ...planOf(name, cron, workflow, options) });
}

/**
 * Checks what a schedule is, and fills in the defaults.
 *
 * @throws HoldfastError INVALID_CRON, INVALID_TIME_ZONE, INVALID_OPTION, INVALID_DURATION, INVALID_NAME.
 */
export function planOf(
  name: string,
  cron: string,
  workflow: WorkflowDefinition,
  options: Omit<ScheduleOptions, 'apply' | 'registry'>,
): SchedulePlan {
  const { timeZone = 'UTC', catchUp = 'one', overlap = 'allow', args = [], tags } = options;
  ticksOf(cron, timeZone, `schedule "${name}"`);
  oneOf(catchUp, ['skip', 'one', 'all'], 'catchUp', name);
  oneOf(overlap, ['allow', 'skip', 'cancel'], 'overlap', name);
  if (!Array.isArray(args)) throw invalid(name, 'takes args as an array');
  if (workflow.input) {
    throw invalid(
      name,
      `cannot start "${workflow.name}", which has an input schema: a run of a schedule gets the moment of its tick. ` +
        'Schedule a workflow without one that starts it',
    );
  }
  return { cron, timeZone, workflow, args, catchUp, overlap, tags, ...termsOf(name, options) };
}

/** @throws HoldfastError INVALID_NAME unless it is 1 to 199 printable characters. */
export function checkScheduleName(name: unknown): string {
  const checked = checkName(name, 'name of the schedule');
  if (checked.length <= LONGEST_NAME) return checked;
  throw new HoldfastError(
    'INVALID_NAME',
    `The name of the schedule "${checked.slice(0, 60)}…" is longer than ${LONGEST_NAME} characters.`,
  );
}

function termsOf(
  name: string,
  { queue, priority = 0, partitionKey, timeout }: ScheduleTerms,
): Pick<SchedulePlan, 'queue' | 'priority' | 'partitionKey' | 'timeoutMs'> {
  if (!Number.isInteger(priority) || Math.abs(priority) > 2 ** 31 - 1) {
    throw invalid(name, `has the priority ${priority}, which must be a whole number`);
  }
  if (queue === undefined && (priority !== 0 || partitionKey !== undefined)) {
    throw invalid(name, 'has a priority or a partitionKey but no queue, in which alone they mean something');
  }
  if (partitionKey !== undefined) checkName(partitionKey, `partitionKey of schedule "${name}"`);
  return {
    queue: queue === undefined ? null : queueName(queue, `queue of schedule "${name}"`),
    priority,
    partitionKey: partitionKey ?? null,
    timeoutMs: timeout === undefined ? null : timeoutMs(timeout, `schedule "${name}"`),
  };
}

function oneOf(value: unknown, allowed: readonly string[], option: string, name: string): void {
  if (allowed.includes(value as string)) return;
  const list = allowed.map((one) => `'${one}'`).join(', ');
  throw invalid(name, `has the option ${option} ${JSON.stringify(value)}, which must be one of ${list}`);
}

function invalid(name: string, problem: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', `The schedule "${name}" ${problem}.`, {
    details: { schedule: name },
  });
}
