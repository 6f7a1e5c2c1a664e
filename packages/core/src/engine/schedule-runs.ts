import type { Codec } from '../codec/index.js';
import { PLAIN_TERMS, type SchedulePlan } from '../define/index.js';
import type { Payload } from '../replay/index.js';
import type { NewRun, StoredSchedule } from '../store/index.js';
import { encodeTags } from './tags.js';

/** Stands for the moment of the tick among the arguments that are kept of a schedule. */
const SOME_MOMENT = new Date(0);

/** The id of a tick's run: the same in whatever process it is started, and in a backfill. */
export function tickRunId(schedule: string, atMs: number): string {
  return `schedule ${schedule} ${new Date(atMs).toISOString()}`;
}

/** A run that a schedule starts: `id` is that of the tick unless it is started by hand. */
export function scheduledRun(schedule: StoredSchedule, atMs: number, key: string, id?: string): NewRun {
  const { name, workflow, version, tags, queue, priority, partitionKey, timeoutMs, isSingleton } = schedule;
  return {
    ...PLAIN_TERMS,
    id: id ?? tickRunId(name, atMs),
    key,
    workflow,
    version,
    input: inputAt(schedule.input, atMs),
    tags,
    queue,
    priority,
    partitionKey,
    timeoutMs,
    ...(isSingleton ? { deduplicationKey: workflow, deduplicationScope: 'singleton' } : {}),
    schedule: name,
    executorId: null,
    startedAtMs: null,
    delayMs: 0,
    parentId: null,
    traceContext: null,
  };
}

/** A plan as it is kept. @throws HoldfastError UNRECORDABLE_VALUE, INVALID_OPTION. */
export function storedSchedule(
  name: string,
  plan: SchedulePlan,
  version: string,
  codec: Codec,
): StoredSchedule {
  const { cron, timeZone, workflow, args, catchUp, overlap, queue, priority, partitionKey } = plan;
  const input = codec.encode([SOME_MOMENT, ...args], `the arguments of schedule "${name}"`);
  return {
    name,
    cron,
    timeZone,
    workflow: workflow.name,
    version,
    input,
    tags: encodeTags(plan.tags),
    queue,
    priority,
    partitionKey,
    timeoutMs: plan.timeoutMs ?? workflow.control.timeoutMs,
    isSingleton: workflow.isSingleton,
    catchUp,
    overlap,
  };
}

/**
 * The arguments with the moment of a tick. On the stored text, so that a process may start runs whose arguments are of
 * classes that it does not know.
 */
function inputAt({ json, extra }: Payload, atMs: number): Payload {
  const [, ...args] = JSON.parse(json) as unknown[];
  return { json: JSON.stringify([new Date(atMs).toISOString(), ...args]), extra };
}
