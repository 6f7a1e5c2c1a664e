import { type Schedule, type SchedulePlan, type Ticks, ticksOf } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { EntryOutcome, NewRun, NewSchedule, ScheduleRecord } from '../store/index.js';
import type { Committer } from './committer.js';
import type { EngineDeps } from './deps.js';
import type { KnownQueues } from './known-queues.js';
import { scheduledRun, storedSchedule, tickRunId } from './schedule-runs.js';
import { seenStart } from './seen-start.js';
import type { StartAnswer } from './start-answer.js';
import type { Workflows } from './workflows.js';

/** The most ticks that one backfill starts. */
const BACKFILL_LIMIT = 10_000;

/** What schedules ask of the engine. */
export interface SchedulesHost {
  readonly deps: EngineDeps;
  readonly workflows: Workflows;
  readonly queues: KnownQueues;
  readonly committer: Committer;
  /** Records a run and, where there is room, begins it here. */
  start(run: Omit<NewRun, 'executorId' | 'startedAtMs'>): Promise<StartAnswer>;
  offerWork(): void;
  /** Schedules were made or changed: whoever starts their runs looks again. */
  schedulesChanged(): void;
}

/** What is to be made of a schedule by hand. */
export interface ScheduleChange {
  readonly name: string;
  readonly plan: SchedulePlan;
  /** Default: the workflow's own, or else the app's. */
  readonly version: string | undefined;
}

/** A stretch of time, its end not included. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Schedules in the store: made, changed, paused, and started by hand. */
export class Schedules {
  readonly #host: SchedulesHost;

  constructor(host: SchedulesHost) {
    this.#host = host;
  }

  /**
   * Writes what code defines, as far as it changed since code last did. All of it, or none.
   *
   * @throws HoldfastError UNKNOWN_QUEUE, UNRECORDABLE_VALUE, INVALID_OPTION; all before anything is written.
   */
  async apply(schedules: readonly Schedule[]): Promise<void> {
    const made = schedules.map((one) => this.#newSchedule(one.name, one, undefined, one.apply));
    const { queues } = this.#host;
    await this.#checkQueues(made.filter(({ queue }) => queue !== null && !queues.isDefinedHere(queue)));
    await this.#write(made);
  }

  /** The same of what somebody sets by hand. */
  async set(changes: readonly ScheduleChange[]): Promise<void> {
    const made = changes.map(({ name, plan, version }) => this.#newSchedule(name, plan, version, 'by hand'));
    await this.#checkQueues(made);
    await this.#write(made);
  }

  list(): Promise<readonly ScheduleRecord[]> {
    return this.#host.deps.store.schedules.list();
  }

  /** @throws HoldfastError SCHEDULE_NOT_FOUND. */
  async get(name: string): Promise<ScheduleRecord> {
    const found = await this.#host.deps.store.schedules.get(name);
    if (!found) throw notFound(name);
    return found;
  }

  /** @throws HoldfastError SCHEDULE_NOT_FOUND. */
  async pause(name: string): Promise<void> {
    if (!(await this.#host.deps.store.schedules.pause(name))) throw notFound(name);
  }

  /** Lets it tick from now on: what came meanwhile is passed over. @throws HoldfastError SCHEDULE_NOT_FOUND. */
  async resume(name: string): Promise<void> {
    const { store, clock } = this.#host.deps;
    for (;;) {
      const record = await this.get(name);
      if (record.pausedAtMs === null) return;
      const nextAtMs = ticksOfRecord(record).next(clock.now())!;
      // If it was changed in between, it may have other ticks by now.
      if (await store.schedules.resume(name, record.revision, nextAtMs)) break;
    }
    this.#host.schedulesChanged();
  }

  delete(name: string): Promise<boolean> {
    return this.#host.deps.store.schedules.delete(name);
  }

  /**
   * Starts a run now, whatever the schedule's clock says. Answers its id, which ends in `suffix`, by default a random one.
   *
   * @throws HoldfastError SCHEDULE_NOT_FOUND.
   */
  async trigger(name: string, suffix?: string): Promise<string> {
    const { clock, newId } = this.#host.deps;
    const atMs = Math.floor(clock.now());
    const run = scheduledRun(
      await this.get(name),
      atMs,
      newId(),
      `schedule ${name} triggered ${suffix ?? newId()}`,
    );
    const answer = await this.#host.start(run);
    // As any start of a singleton does, it joins the run that has not ended.
    return answer.kind === 'duplicate' ? answer.runId : run.id;
  }

  /**
   * Starts the runs of past ticks, as far as they were not started yet. Answers the ids of all of them.
   *
   * @throws HoldfastError SCHEDULE_NOT_FOUND, INVALID_OPTION.
   */
  async backfill(name: string, stretch: Stretch): Promise<readonly string[]> {
    const record = await this.get(name);
    const { committer, deps } = this.#host;
    const moments = momentsIn(ticksOfRecord(record), stretch, name);
    const start = (run: NewRun): Promise<EntryOutcome> => committer.submit({ op: 'start', run });
    const outcomes = await Promise.all(
      moments.map((atMs) =>
        seenStart(deps, scheduledRun(record, atMs, deps.newId()), start, ({ kind }) => kind !== 'written'),
      ),
    );
    for (const outcome of outcomes) if (outcome.kind === 'refused') throw outcome.error;
    if (outcomes.some(({ kind }) => kind === 'written')) this.#host.offerWork();
    // A singleton's ticks pass while a run of it has not ended.
    return moments.flatMap((atMs, n) => (outcomes[n]!.kind === 'duplicate' ? [] : [tickRunId(name, atMs)]));
  }

  #newSchedule(
    name: string,
    plan: SchedulePlan,
    version: string | undefined,
    write: NewSchedule['write'],
  ): NewSchedule {
    const { deps, workflows } = this.#host;
    const stored = storedSchedule(name, plan, version ?? workflows.versionOf(plan.workflow), deps.codec);
    const nextAtMs = ticksOfRecord(stored).next(deps.clock.now())!;
    const definition = write === 'by hand' ? null : JSON.stringify(stored);
    return { ...stored, write, definition, nextAtMs };
  }

  async #checkQueues(schedules: readonly NewSchedule[]): Promise<void> {
    for (const queue of new Set(schedules.map((one) => one.queue))) await this.#host.queues.check(queue);
  }

  async #write(schedules: readonly NewSchedule[]): Promise<void> {
    if (schedules.length === 0) return;
    const written = await this.#host.deps.store.schedules.write(schedules);
    if (written.length > 0) this.#host.schedulesChanged();
  }
}

function ticksOfRecord({ name, cron, timeZone }: Pick<ScheduleRecord, 'name' | 'cron' | 'timeZone'>): Ticks {
  return ticksOf(cron, timeZone, `schedule "${name}"`);
}

function momentsIn(ticks: Ticks, { fromMs, toMs }: Stretch, name: string): number[] {
  const moments: number[] = [];
  for (let atMs = ticks.next(fromMs - 1); atMs !== null && atMs < toMs; atMs = ticks.next(atMs)) {
    if (moments.push(atMs) > BACKFILL_LIMIT) {
      throw new HoldfastError(
        'INVALID_OPTION',
        `A backfill of schedule "${name}" over this time would start more than ${BACKFILL_LIMIT} runs. Do it in parts.`,
        { details: { schedule: name } },
      );
    }
  }
  return moments;
}

function notFound(name: string): HoldfastError {
  return new HoldfastError('SCHEDULE_NOT_FOUND', `There is no schedule "${name}" in this store.`, {
    details: { schedule: name },
  });
}
