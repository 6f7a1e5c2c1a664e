import type { DueSchedule, NewSchedule, ScheduleStore, Tick } from '@holdfast/core/internal';
import { deleteSchedule } from '../sql/schedules/delete.js';
import { dueSchedules } from '../sql/schedules/due.js';
import { listSchedules } from '../sql/schedules/list.js';
import { pauseSchedule } from '../sql/schedules/pause.js';
import { resumeSchedule } from '../sql/schedules/resume.js';
import { tickSchedules } from '../sql/schedules/tick.js';
import { writeSchedules } from '../sql/schedules/write.js';
import { startLock, startRow } from './gather.js';
import type { RunStatement } from './run-statement.js';

/** Schedules in Postgres: each method is one statement. */
export function postgresSchedules(run: RunStatement): ScheduleStore {
  return {
    write: (schedules) => run(writeSchedules, [JSON.stringify([...schedules].sort(byName).map(writeRow))]),
    list: () => run(listSchedules, [null]),
    get: async (name) => (await run(listSchedules, [name]))[0],
    pause: async (name) => (await run(pauseSchedule, [name])).length > 0,
    resume: async (name, revision, nextAtMs) =>
      (await run(resumeSchedule, [name, revision, nextAtMs])).length > 0,
    delete: async (name) => (await run(deleteSchedule, [name])).length > 0,
    async due(limit) {
      const rows = await run(dueSchedules, [limit]);
      const [{ nowMs, nextDueInMs }] = rows as [(typeof rows)[0]];
      const due = rows.flatMap(({ schedule }) => (schedule ? [schedule as DueSchedule] : []));
      return { nowMs, due, nextDueInMs: nextDueInMs === null ? null : Math.max(0, nextDueInMs) };
    },
    tick: (ticks) =>
      run(tickSchedules, [JSON.stringify([...ticks].sort(byName).map(tickRow)), runRows(ticks)]),
  };
}

function writeRow(schedule: NewSchedule): object {
  const { input, timeZone, partitionKey, timeoutMs, isSingleton, catchUp, nextAtMs, ...rest } = schedule;
  return {
    ...rest,
    input: input.json,
    input_extra: input.extra,
    time_zone: timeZone,
    partition_key: partitionKey,
    timeout_ms: timeoutMs,
    is_singleton: isSingleton,
    catch_up: catchUp,
    next_at: nextAtMs,
  };
}

function tickRow({ name, revision, nextAtMs, lastAtMs }: Tick): object {
  return { name, revision, next_at: nextAtMs, last_at: lastAtMs };
}

function runRows(ticks: readonly Tick[]): string {
  const runs = ticks.flatMap(({ name, runs }) => runs.map((run) => ({ name, run, lock: startLock(run) })));
  runs.sort((a, b) => (a.lock < b.lock ? -1 : a.lock > b.lock ? 1 : 0));
  return JSON.stringify(runs.map(({ name, run }, at) => ({ name, run: startRow(at, run) })));
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
