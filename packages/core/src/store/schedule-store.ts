import type { CatchUp, Overlap } from '../define/index.js';
import type { Payload } from '../replay/index.js';
import type { NewRun } from './run.js';

/** What a schedule starts, when, and on what terms. */
export interface StoredSchedule {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly workflow: string;
  /** The version that its runs are recorded with. */
  readonly version: string;
  /** The arguments of its runs. The first stands for the moment of the tick. */
  readonly input: Payload;
  /** JSON text of an object; null for none. */
  readonly tags: string | null;
  readonly queue: string | null;
  readonly priority: number;
  readonly partitionKey: string | null;
  readonly timeoutMs: number | null;
  /** Whether its workflow is a singleton: a tick passes while any run of that has not ended. */
  readonly isSingleton: boolean;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
}

/**
 * When terms are written over those in the store. `'by hand'`: always, and what code last applied stays on record. The
 * others are code's: `'when changed'` if `definition` differs from what code last applied, `'always'`, and `'once'` if
 * there is no schedule of that name.
 */
export type ScheduleWrite = 'by hand' | 'when changed' | 'always' | 'once';

/** A schedule to be made, or changed if it is there. */
export interface NewSchedule extends StoredSchedule {
  readonly write: ScheduleWrite;
  /** JSON text of what code applies; null if it is changed by hand. */
  readonly definition: string | null;
  /** The first tick. One that is there keeps its own, unless it gets another cron expression or time zone. */
  readonly nextAtMs: number;
}

/** A schedule and where it stands. */
export interface ScheduleRecord extends StoredSchedule {
  /** Another one after each tick and each change: what {@link Tick} is conditional on. */
  readonly revision: string;
  /** Null if there is no tick any more. */
  readonly nextAtMs: number | null;
  readonly lastAtMs: number | null;
  readonly pausedAtMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A schedule whose next tick has come. */
export interface DueSchedule extends ScheduleRecord {
  readonly nextAtMs: number;
  /** Its runs that have not ended, if its ticks cancel those. */
  readonly unended: readonly string[];
}

/** What is due, and when something will be. */
export interface DueSchedules {
  /** The store's time. */
  readonly nowMs: number;
  /** Those that have been due for longest first. */
  readonly due: readonly DueSchedule[];
  /** Milliseconds until the next tick of a schedule that is not due now; null if there is none. */
  readonly nextDueInMs: number | null;
}

/**
 * A schedule's ticks up to now. Only whoever read the present revision may write one, so of several processes that see
 * a schedule due, one starts its runs.
 */
export interface Tick {
  readonly name: string;
  readonly revision: string;
  /** The next tick; null if there is none any more. */
  readonly nextAtMs: number | null;
  readonly lastAtMs: number;
  /** One run for each tick that is to be started. A run whose id is taken is passed over. */
  readonly runs: readonly NewRun[];
}

/** What became of a tick. */
export interface TickOutcome {
  readonly name: string;
  /** The runs that were new. */
  readonly started: readonly string[];
}

/** Where schedules live. */
export interface ScheduleStore {
  /** Makes or changes schedules: all of them or, if this rejects, none. Answers the names of those it wrote. */
  write(schedules: readonly NewSchedule[]): Promise<readonly string[]>;
  /** All schedules, by name. */
  list(): Promise<readonly ScheduleRecord[]>;
  get(name: string): Promise<ScheduleRecord | undefined>;
  /** False if there is no schedule of that name. */
  pause(name: string): Promise<boolean>;
  /** Lets a paused schedule tick again from `nextAtMs` on. Does nothing unless the revision is the present one. */
  resume(name: string, revision: string, nextAtMs: number): Promise<boolean>;
  /** False if there is no schedule of that name. Its runs stay. */
  delete(name: string): Promise<boolean>;
  /** The schedules that are not paused and whose next tick has come. */
  due(limit: number): Promise<DueSchedules>;
  /**
   * Advances schedules and records their runs, each in one move: a tick whose runs could not be recorded is still to
   * come. If a tick of the schedule passes over unended runs and there is one, its runs are not started. Answers those
   * ticks that were written: the others were another's, or the schedule has been changed, paused or deleted.
   */
  tick(ticks: readonly Tick[]): Promise<readonly TickOutcome[]>;
}
