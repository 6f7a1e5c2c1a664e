import type { Codec } from '../codec/index.js';
import {
  type CatchUp,
  checkName,
  checkScheduleName,
  definitionOf,
  type Overlap,
  planOf,
  type ScheduleTerms,
  type Workflow,
  type WorkflowDefinition,
} from '../define/index.js';
import type { Engine, ScheduleChange, Stretch } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import type { ScheduleRecord } from '../store/index.js';
import { isMoment } from '../time/index.js';
import { type RunHandle, runHandle } from './handle.js';
import { recorded } from './recorded.js';
import { dateOf, shownValue } from './run-view.js';
import { scopeOn } from './scope.js';

/** What a schedule is, when it is set by hand. What is left out has its default. */
export interface ScheduleSettings extends ScheduleTerms {
  /** Five fields (minute, hour, day of the month, month, day of the week), or six with seconds first. */
  readonly cron: string;
  /** What each tick starts: a workflow of this app, or its name. A client takes any. */
  readonly workflow: Workflow<never, unknown> | string;
  /** What each run gets after the moment of its tick. Default: nothing. */
  readonly args?: readonly unknown[];
  /** The version that its runs are recorded with. Default: the workflow's own, or else the app's. */
  readonly version?: string;
}

/** Settings whose arguments are those of their workflow. */
export type SettingsFor<Args extends readonly unknown[]> = Omit<ScheduleSettings, 'args' | 'workflow'> & {
  readonly workflow: Workflow<[scheduledAt: Date, ...args: Args]> | string;
} & ([] extends Args ? { readonly args?: Args } : { readonly args: Args });

/** A schedule as `app.schedules.get` shows it. */
export interface ScheduleView {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  /** The name of the workflow. */
  readonly workflow: string;
  readonly version: string;
  /** What each run gets after the moment of its tick. */
  readonly args: readonly unknown[];
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly queue: string | undefined;
  readonly priority: number;
  readonly partitionKey: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly tags: Readonly<Record<string, unknown>>;
  /** The next tick. While it is paused, what would have been. */
  readonly nextAt: Date | undefined;
  /** The last tick, whether it started a run or was passed over. */
  readonly lastAt: Date | undefined;
  /** Since when it does not tick. */
  readonly pausedAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The schedules in the store. In a run's own code every call is recorded, as a step. */
export interface Schedules {
  /**
   * Makes a schedule, or changes the one of this name: it goes on from where it is, with the same next tick unless the
   * cron expression or the time zone is another. A change stays until code's own definition of the schedule changes.
   *
   * @throws HoldfastError INVALID_NAME, INVALID_CRON, INVALID_TIME_ZONE, INVALID_OPTION, INVALID_DURATION,
   * UNKNOWN_WORKFLOW, UNKNOWN_QUEUE, UNRECORDABLE_VALUE; all before anything is written.
   * @example await app.schedules.set('digest of ada', { cron: '0 7 * * MON', workflow: digest, args: ['ada'] });
   */
  set<Args extends readonly unknown[]>(name: string, settings: SettingsFor<Args>): Promise<void>;
  /** Makes or changes several schedules: all of them or, if one is wrong, none. */
  setMany(settings: Readonly<Record<string, ScheduleSettings>>): Promise<void>;
  /** All schedules, by name. */
  list(): Promise<readonly ScheduleView[]>;
  /** @throws HoldfastError SCHEDULE_NOT_FOUND */
  get(name: string): Promise<ScheduleView>;
  /** Lets it tick no more, until it is resumed. @throws HoldfastError SCHEDULE_NOT_FOUND */
  pause(name: string): Promise<void>;
  /** Lets it tick again. Ticks that came while it was paused are passed over. @throws HoldfastError SCHEDULE_NOT_FOUND */
  resume(name: string): Promise<void>;
  /** Removes it; runs that it started go on. False if there is none. One that code defines comes back with a launch. */
  delete(name: string): Promise<boolean>;
  /**
   * Starts a run now, whatever its clock, its pause and its overlap policy say.
   *
   * @throws HoldfastError SCHEDULE_NOT_FOUND
   */
  trigger(name: string): Promise<RunHandle>;
  /**
   * Starts the runs of all ticks from `from` on and before `to`, whatever its policies say. A tick that was started
   * before, by the clock or by a backfill, is the same run.
   *
   * @returns the runs, in the order of their ticks.
   * @throws HoldfastError SCHEDULE_NOT_FOUND, or INVALID_OPTION if `to` is not after `from` or lies in the future, or if
   * there are more than 10,000 ticks.
   */
  backfill(name: string, stretch: { readonly from: Date; readonly to: Date }): Promise<readonly RunHandle[]>;
}

/** Where schedules get the definitions of their workflows from. */
export interface ScheduledWorkflows {
  /** What is known of a workflow here. @throws HoldfastError UNKNOWN_WORKFLOW, INVALID_NAME. */
  known(workflow: Workflow<never, unknown> | string): WorkflowDefinition;
  /** The definition to schedule, for whoever does not have the code: with what those say who have it. */
  asked(known: WorkflowDefinition, version: string | undefined): Promise<WorkflowDefinition>;
}

export function schedulesOf(engine: () => Engine, codec: Codec, workflows: ScheduledWorkflows): Schedules {
  const handle = (id: string): RunHandle => runHandle(id, engine(), codec);
  const noted = <T>(what: string, body: () => Promise<T>): Promise<T> => recorded(engine().store, what, body);
  const setMany = async (settings: Readonly<Record<string, ScheduleSettings>>): Promise<void> => {
    engine();
    const changes = Object.entries(settings).map(([name, one]) => changeOf(name, one, workflows));
    const asked = async (change: ScheduleChange): Promise<ScheduleChange> => {
      const { plan, version } = change;
      return { ...change, plan: { ...plan, workflow: await workflows.asked(plan.workflow, version) } };
    };
    await noted(`set ${titleOf(Object.keys(settings))}`, async () =>
      engine().schedules.set(await Promise.all(changes.map(asked))),
    );
  };
  return {
    set: (name, settings) => setMany({ [name]: settings }),
    setMany,
    list: () =>
      noted('list schedules', async () => (await engine().schedules.list()).map((one) => viewOf(one, codec))),
    get: (name) =>
      noted(`get ${titleOf([name])}`, async () => viewOf(await engine().schedules.get(name), codec)),
    pause: (name) => noted(`pause ${titleOf([name])}`, () => engine().schedules.pause(name)),
    resume: (name) => noted(`resume ${titleOf([name])}`, () => engine().schedules.resume(name)),
    delete: (name) => noted(`delete ${titleOf([name])}`, () => engine().schedules.delete(name)),
    async trigger(name) {
      // Inside a run the same at every attempt, so that a crash after the start does not start another.
      const suffix = scopeOn(engine().store)?.uuid();
      const started = noted(`trigger ${titleOf([name])}`, () => engine().schedules.trigger(name, suffix));
      return handle(await started);
    },
    async backfill(name, { from, to }) {
      const stretch = { fromMs: momentMs(from, 'from', name), toMs: momentMs(to, 'to', name) };
      const ids = await noted(`backfill ${titleOf([name])}`, () => {
        checkStretch(stretch, engine().nowMs, name);
        return engine().schedules.backfill(name, stretch);
      });
      return ids.map(handle);
    },
  };
}

function changeOf(name: string, settings: ScheduleSettings, workflows: ScheduledWorkflows): ScheduleChange {
  checkScheduleName(name);
  const { cron, workflow, version, ...options } = settings;
  if (typeof workflow !== 'string' && !definitionOf(workflow)) {
    throw new HoldfastError('INVALID_OPTION', `The schedule "${name}" needs a workflow, or the name of one.`);
  }
  if (version !== undefined) checkName(version, `version of schedule "${name}"`);
  return { name, version, plan: planOf(name, cron, workflows.known(workflow), options) };
}

function titleOf(names: readonly string[]): string {
  return names.length === 1 ? `schedule ${names[0]}`.slice(0, 200) : `${names.length} schedules`;
}

function momentMs(moment: unknown, option: string, name: string): number {
  const ms = moment instanceof Date ? moment.getTime() : Number.NaN;
  if (isMoment(ms)) return ms;
  throw invalidStretch(name, `${option} must be a valid Date, not before 4713 BC`);
}

function checkStretch({ fromMs, toMs }: Stretch, nowMs: number, name: string): void {
  if (fromMs >= toMs) throw invalidStretch(name, 'its end must be after its beginning');
  // Their time will come: started now, they would be started too early.
  if (toMs > nowMs) throw invalidStretch(name, 'its end must not lie in the future');
}

function invalidStretch(name: string, problem: string): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    `The backfill of schedule "${name}" is not possible: ${problem}.`,
    {
      details: { schedule: name },
    },
  );
}

function viewOf(record: ScheduleRecord, codec: Codec): ScheduleView {
  const { name, cron, timeZone, workflow, version, catchUp, overlap, priority } = record;
  const [, ...args] = shownValue(record.input, codec) as readonly unknown[];
  return {
    name,
    cron,
    timeZone,
    workflow,
    version,
    args,
    catchUp,
    overlap,
    queue: record.queue ?? undefined,
    priority,
    partitionKey: record.partitionKey ?? undefined,
    timeoutMs: record.timeoutMs ?? undefined,
    tags: record.tags === null ? {} : (JSON.parse(record.tags) as Record<string, unknown>),
    nextAt: dateOf(record.nextAtMs),
    lastAt: dateOf(record.lastAtMs),
    pausedAt: dateOf(record.pausedAtMs),
    createdAt: new Date(record.createdAtMs),
    updatedAt: new Date(record.updatedAtMs),
  };
}
