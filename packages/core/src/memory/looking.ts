import type {
  ListedRun,
  LookingStore,
  RunCount,
  RunCriteria,
  RunPage,
  RunPageRequest,
  RunPosition,
  TimeSpan,
} from '../store/index.js';
import { contains } from './containment.js';
import { runRecord } from './records.js';
import type { RunRow, Tables } from './tables.js';

/** Does something at one moment, as every question to a memory store is answered. */
export type Ask = <T>(work: (tables: Tables, nowMs: number) => T) => Promise<T>;

/** Looking at many runs in memory. */
export function memoryLooking(ask: Ask): LookingStore {
  return {
    list: (request) => ask((tables) => listRuns(tables, request)),
    counts: () => ask(countRuns),
    sumUp: () => ask(() => undefined),
  };
}

function listRuns(tables: Tables, request: RunPageRequest): RunPage {
  const { criteria, order, after, limit, withPayloads } = request;
  const sign = order === 'oldest' ? 1 : -1;
  const found = [...tables.all()]
    .filter((run) => matches(run, criteria))
    .filter((run) => after === null || sign * compare(positionOf(run), after) > 0)
    .sort((a, b) => sign * compare(positionOf(a), positionOf(b)));
  const runs = found.slice(0, limit).map((run) => listed(run, withPayloads));
  const last = found.length > limit ? found[limit - 1] : undefined;
  return Object.freeze({ runs: Object.freeze(runs), next: last ? positionOf(last) : null });
}

function listed(run: RunRow, withPayloads: boolean): ListedRun {
  const record = runRecord(run);
  return withPayloads ? record : Object.freeze({ ...record, input: null, output: null, error: null });
}

function positionOf({ createdAtMs, id }: RunRow): RunPosition {
  return Object.freeze({ createdAtMicros: `${createdAtMs * 1000}`, id });
}

function compare(a: RunPosition, b: RunPosition): number {
  if (a.createdAtMicros !== b.createdAtMicros) return Number(a.createdAtMicros) - Number(b.createdAtMicros);
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

function matches(run: RunRow, criteria: RunCriteria): boolean {
  const { ids, idPrefixes, workflows, states, versions, executorIds, queues, tags } = criteria;
  return (
    among(ids, run.id) &&
    (idPrefixes === null || idPrefixes.some((prefix) => run.id.startsWith(prefix))) &&
    among(workflows, run.workflow) &&
    among(states, run.state) &&
    among(versions, run.version) &&
    among(executorIds, run.executorId) &&
    among(queues, run.queue) &&
    among(criteria.partitionKeys, run.partitionKey) &&
    among(criteria.deduplicationKeys, run.deduplicationKey) &&
    among(criteria.parentIds, run.parentId) &&
    among(criteria.forkedFrom, run.forkedFrom) &&
    among(criteria.schedules, run.schedule) &&
    (tags === null || (run.tags !== null && contains(JSON.parse(run.tags), JSON.parse(tags)))) &&
    isSet(criteria.hasQueue, run.queue) &&
    isSet(criteria.hasParent, run.parentId) &&
    isSet(criteria.isFork, run.forkedFrom) &&
    within(criteria.created, run.createdAtMs) &&
    within(criteria.started, run.startedAtMs) &&
    within(criteria.completed, run.completedAtMs)
  );
}

function among<T>(wanted: readonly T[] | null, value: T | null): boolean {
  return wanted === null || (value !== null && wanted.includes(value));
}

function isSet(wanted: boolean | null, value: string | null): boolean {
  return wanted === null || (value !== null) === wanted;
}

function within({ fromMs, toMs }: TimeSpan, atMs: number | null): boolean {
  if (fromMs === null && toMs === null) return true;
  return atMs !== null && atMs >= (fromMs ?? atMs) && atMs < (toMs ?? Number.POSITIVE_INFINITY);
}

function countRuns(tables: Tables): readonly RunCount[] {
  const counts = new Map<string, RunCount>();
  for (const { workflow, queue, state } of tables.all()) {
    const group = JSON.stringify([workflow, queue, state]);
    const runs = (counts.get(group)?.runs ?? 0) + 1;
    counts.set(group, Object.freeze({ workflow, queue, state, runs }));
  }
  return Object.freeze([...counts.values()]);
}
