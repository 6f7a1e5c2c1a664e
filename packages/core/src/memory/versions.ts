import { isFinal, type Serves, type StrandedGroup, type VersionStore } from '../store/index.js';
import type { RunRow, Tables } from './tables.js';

/** What an executor can or could take, and since when it is gone; null while it lives. */
export interface Serving {
  readonly serves: Serves;
  readonly goneAtMs: number | null;
}

/** Does something at one moment, as every question to a memory store is answered. */
type Ask = <T>(work: (tables: Tables, serving: readonly Serving[]) => T) => Promise<T>;

/** Versions of runs and of executors, in memory. */
export function memoryVersions(ask: Ask): VersionStore {
  return {
    stranded: () => ask(strandedGroups),
    offered: (workflow, version) =>
      ask((_, serving) =>
        serving
          .flatMap(({ serves, goneAtMs }) => (goneAtMs === null ? serves.workflows : []))
          .filter((one) => one.workflow === workflow && (version === null || one.version === version))
          .at(-1),
      ),
    moveVersion: ({ workflow, from, to, queue, limit }) =>
      ask((tables) => {
        const isMeant = (run: RunRow): boolean =>
          run.workflow === workflow && run.version === from && (queue === null || run.queue === queue);
        const found = [...tables.all()].filter((run) => isIdle(run) && isMeant(run)).slice(0, limit);
        return { moved: move(tables, found, to), mayBeMore: found.length === limit };
      }),
    moveRuns: (runIds, to) =>
      ask((tables) =>
        move(
          tables,
          [...new Set(runIds)].flatMap((id) => tables.run(id) ?? []),
          to,
        ),
      ),
  };
}

function strandedGroups(tables: Tables, serving: readonly Serving[]): readonly StrandedGroup[] {
  const groups = new Map<string, StrandedGroup>();
  for (const run of tables.all()) {
    if (!isIdle(run)) continue;
    const able = serving.filter(({ serves }) => canTake(serves, run));
    if (able.some(({ goneAtMs }) => goneAtMs === null)) continue;
    const { workflow, version, queue } = run;
    const name = JSON.stringify([workflow, version, queue]);
    const sinceMs = able.length > 0 ? Math.max(...able.map(({ goneAtMs }) => goneAtMs!)) : null;
    const runs = (groups.get(name)?.runs ?? 0) + 1;
    groups.set(name, Object.freeze({ workflow, version, queue, runs, sinceMs }));
  }
  return Object.freeze([...groups.values()]);
}

function canTake({ workflows, queues }: Serves, run: RunRow): boolean {
  const hasCode = workflows.some((one) => one.workflow === run.workflow && one.version === run.version);
  return hasCode && (run.queue === null || queues === null || queues.includes(run.queue));
}

function move(tables: Tables, runs: readonly RunRow[], to: string): number {
  const moved = runs.filter((run) => isIdle(run) && run.version !== to);
  for (const run of moved) tables.change(run, { version: to });
  return moved.length;
}

function isIdle({ state }: RunRow): boolean {
  return !isFinal(state) && state !== 'running';
}
