import {
  type DueSchedule,
  type DueSchedules,
  isFinal,
  type NewSchedule,
  type ScheduleRecord,
  type ScheduleStore,
  type Tick,
  type TickOutcome,
} from '../store/index.js';
import { refusal, scheduleRefusal } from './refusal.js';
import type { Tables } from './tables.js';
import { type Moment, writeBatch } from './writes.js';

interface ScheduleRow extends ScheduleRecord {
  readonly definition: string | null;
}

/** The schedules of a memory store. */
export class Schedules {
  readonly #tables: Tables;
  readonly #rows = new Map<string, ScheduleRow>();
  #revision = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  write(schedules: readonly NewSchedule[], nowMs: number): readonly string[] {
    for (const one of schedules) {
      const error = scheduleRefusal(one);
      if (error) throw error;
    }
    const written = schedules.filter((one) => isWanted(one, this.#rows.get(one.name)));
    for (const { write: _, definition, nextAtMs, ...terms } of written) {
      const former = this.#rows.get(terms.name);
      const keepsTime = former?.cron === terms.cron && former.timeZone === terms.timeZone;
      this.#put({
        lastAtMs: null,
        pausedAtMs: null,
        createdAtMs: nowMs,
        ...former,
        ...terms,
        nextAtMs: keepsTime ? former.nextAtMs : nextAtMs,
        updatedAtMs: nowMs,
        definition: definition ?? former?.definition ?? null,
      });
    }
    return written.map(({ name }) => name);
  }

  list(): readonly ScheduleRecord[] {
    return [...this.#rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(recordOf);
  }

  get(name: string): ScheduleRecord | undefined {
    const row = this.#rows.get(name);
    return row && recordOf(row);
  }

  pause(name: string, nowMs: number): boolean {
    const row = this.#rows.get(name);
    if (row && row.pausedAtMs === null) this.#put({ ...row, pausedAtMs: nowMs, updatedAtMs: nowMs });
    return row !== undefined;
  }

  resume(name: string, revision: string, nextAtMs: number, nowMs: number): boolean {
    const row = this.#rows.get(name);
    if (row?.revision !== revision || row.pausedAtMs === null) return false;
    this.#put({ ...row, pausedAtMs: null, nextAtMs, updatedAtMs: nowMs });
    return true;
  }

  delete(name: string): boolean {
    return this.#rows.delete(name);
  }

  due(limit: number, nowMs: number): DueSchedules {
    const awake = [...this.#rows.values()]
      .flatMap((row) =>
        row.pausedAtMs === null && row.nextAtMs !== null ? [{ ...row, nextAtMs: row.nextAtMs }] : [],
      )
      .sort((a, b) => a.nextAtMs - b.nextAtMs || (a.name < b.name ? -1 : 1));
    const due = awake.filter(({ nextAtMs }) => nextAtMs <= nowMs).slice(0, limit);
    const next = awake[due.length];
    return Object.freeze({
      nowMs,
      due: Object.freeze(due.map((row) => this.#dueSchedule(row))),
      nextDueInMs: next ? Math.max(0, next.nextAtMs - nowMs) : null,
    });
  }

  tick(ticks: readonly Tick[], moment: Moment): readonly TickOutcome[] {
    for (const { runs } of ticks) {
      for (const run of runs) {
        const error = refusal({ op: 'start', run });
        if (error) throw error;
      }
    }
    return ticks.flatMap((tick) => this.#tick(tick, moment) ?? []);
  }

  #tick({ name, revision, nextAtMs, lastAtMs, runs }: Tick, moment: Moment): TickOutcome | undefined {
    const row = this.#rows.get(name);
    if (row?.revision !== revision || row.pausedAtMs !== null) return undefined;
    const passes = row.overlap === 'skip' && this.#unendedOf(name).length > 0;
    const fresh = passes ? [] : runs.filter(({ id }) => !this.#tables.run(id));
    const outcomes = writeBatch(
      moment,
      fresh.map((run) => ({ op: 'start', run })),
    );
    this.#put({ ...row, nextAtMs, lastAtMs });
    return Object.freeze({
      name,
      started: Object.freeze(fresh.filter((_, n) => outcomes[n]!.kind === 'written').map(({ id }) => id)),
    });
  }

  #dueSchedule(row: ScheduleRow & { readonly nextAtMs: number }): DueSchedule {
    const unended = row.overlap === 'cancel' ? this.#unendedOf(row.name) : [];
    return Object.freeze({ ...recordOf(row), nextAtMs: row.nextAtMs, unended: Object.freeze(unended) });
  }

  #unendedOf(name: string): string[] {
    return [...this.#tables.all()].flatMap(({ id, schedule, state }) =>
      schedule === name && !isFinal(state) ? [id] : [],
    );
  }

  #put(row: Omit<ScheduleRow, 'revision'>): void {
    this.#revision += 1;
    this.#rows.set(row.name, Object.freeze({ ...row, revision: `${this.#revision}` }));
  }
}

/** The schedules as a store shows them; `ask` does something at one moment of a later turn of the event loop. */
export function scheduleStore(
  ask: <T>(work: (schedules: Schedules, moment: Moment) => T) => Promise<T>,
): ScheduleStore {
  return {
    write: (schedules) => ask((at, { nowMs }) => at.write(schedules, nowMs)),
    list: () => ask((at) => at.list()),
    get: (name) => ask((at) => at.get(name)),
    pause: (name) => ask((at, { nowMs }) => at.pause(name, nowMs)),
    resume: (name, revision, nextAtMs) => ask((at, { nowMs }) => at.resume(name, revision, nextAtMs, nowMs)),
    delete: (name) => ask((at) => at.delete(name)),
    due: (limit) => ask((at, { nowMs }) => at.due(limit, nowMs)),
    tick: (ticks) => ask((at, moment) => at.tick(ticks, moment)),
  };
}

function isWanted({ write, definition }: NewSchedule, former: ScheduleRow | undefined): boolean {
  if (!former || write === 'by hand' || write === 'always') return true;
  return write === 'when changed' && former.definition !== definition;
}

function recordOf({ definition: _, ...record }: ScheduleRow): ScheduleRecord {
  return Object.freeze(record);
}
