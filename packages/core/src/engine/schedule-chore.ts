import { ticksOf } from '../define/index.js';
import type { DueSchedule, Tick } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import { scheduledRun } from './schedule-runs.js';
import { seenTicks } from './seen-ticks.js';
import { planTicks, TICKS_LIMIT } from './ticks.js';
import type { Chore } from './upkeep.js';

/** The most schedules that one look takes. */
const LOOK_LIMIT = 200;

/** How soon it is tried again after a failure, in milliseconds: seconds count for ticks. */
const RETRY_MS = 1000;

/** What the chore asks of the engine. */
export interface ScheduleChoreHost {
  readonly deps: EngineDeps;
  /** Cancels runs with all that is below them. */
  cancel(runIds: readonly string[]): Promise<unknown>;
  /** There are runs for whoever has their workflow. */
  offerWork(): void;
}

/**
 * Starts the runs of schedules whose ticks have come. Every executor does: whoever is first advances the schedule and
 * records the runs in one move, and the others find nothing to do. So schedules tick as long as one process lives.
 */
export class ScheduleChore implements Chore {
  readonly name = 'schedules';
  readonly everyMs = 10_000;
  readonly #host: ScheduleChoreHost;

  constructor(host: ScheduleChoreHost) {
    this.#host = host;
  }

  async run(): Promise<number | null> {
    const { store, logger } = this.#host.deps;
    try {
      const { due, nowMs, nextDueInMs } = await store.schedules.due(LOOK_LIMIT);
      let [nextInMs, batch, hasTicked] = [dueIn(nextDueInMs, 0), new Batch(), false];
      for (const schedule of due) {
        const tick = this.#tickOf(schedule, nowMs);
        if (!tick) continue;
        hasTicked = true;
        nextInMs = Math.min(nextInMs, dueIn(tick.nextAtMs, nowMs));
        batch.add(tick, schedule);
        if (batch.runs < TICKS_LIMIT) continue;
        await this.#write(batch);
        batch = new Batch();
      }
      await this.#write(batch);
      // Where none of them can be read here, they would be looked at again at once, and again.
      return nextInMs > 0 || hasTicked ? nextInMs : RETRY_MS;
    } catch (error) {
      logger.warn({ error }, 'schedules could not be looked at; it is tried again');
      return RETRY_MS;
    }
  }

  /** Undefined for a schedule that this process cannot read: others may. */
  #tickOf(schedule: DueSchedule, nowMs: number): Tick | undefined {
    const { name, cron, timeZone, revision } = schedule;
    try {
      const { startMs, nextAtMs, lastAtMs } = planTicks(
        schedule,
        ticksOf(cron, timeZone, `schedule "${name}"`),
        nowMs,
      );
      const runs = startMs.map((atMs) => scheduledRun(schedule, atMs, this.#host.deps.newId()));
      return { name, revision, nextAtMs, lastAtMs, runs };
    } catch (error) {
      this.#host.deps.logger.error({ error, schedule: name }, 'a schedule cannot be read here');
      return undefined;
    }
  }

  async #write({ ticks, inTheWay }: Batch): Promise<void> {
    if (inTheWay.length > 0) await this.#host.cancel(inTheWay);
    if (ticks.length > 0 && (await this.#tick(ticks))) this.#host.offerWork();
  }

  /** All together; if the store refuses that for good, one by one, so that one of them does not hold up the others. */
  async #tick(ticks: readonly Tick[]): Promise<boolean> {
    const { store, logger } = this.#host.deps;
    try {
      const outcomes = await seenTicks(this.#host.deps, ticks);
      return outcomes.some(({ started }) => started.length > 0);
    } catch (error) {
      if (store.isTransient(error)) throw error;
      if (ticks.length === 1) {
        logger.error({ error, schedule: ticks[0]!.name }, 'the store refuses a tick');
        return false;
      }
      let hasStarted = false;
      for (const one of ticks) hasStarted = (await this.#tick([one])) || hasStarted;
      return hasStarted;
    }
  }
}

/** Ticks that are written together: as many as make a statement of a sensible size, and as are reckoned in one go. */
class Batch {
  readonly ticks: Tick[] = [];
  /** Runs that are cancelled before these ticks. */
  readonly inTheWay: string[] = [];
  runs = 0;

  add(tick: Tick, { unended }: DueSchedule): void {
    this.ticks.push(tick);
    this.runs += tick.runs.length;
    if (tick.runs.length > 0) this.inTheWay.push(...unended);
  }
}

function dueIn(atMs: number | null, nowMs: number): number {
  return atMs === null ? Number.POSITIVE_INFINITY : Math.max(0, atMs - nowMs);
}
