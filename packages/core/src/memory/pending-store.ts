import type {
  DebounceOutcome,
  DebounceRequest,
  DebouncingCall,
  NewRun,
  PendingStore,
} from '../store/index.js';
import { refusal } from './refusal.js';
import { copyPayload, type RunRow, type Tables } from './tables.js';
import { newRow } from './writes.js';

/** What a store asks its data: one moment of a later turn. */
type Ask = <T>(work: (tables: Tables, nowMs: number) => T) => Promise<T>;

/** Changes to runs that nobody has begun, in memory. */
export function pendingStore(ask: Ask): PendingStore {
  return {
    debounce: (request) => ask((tables, nowMs) => debounce(tables, nowMs, request)),
    setPriority: (runId, priority) => ask((tables) => changePending(tables, runId, { priority })),
    setDue: (runId, dueAtMs) => ask((tables) => changePending(tables, runId, { wakeAtMs: dueAtMs })),
  };
}

function changePending(tables: Tables, runId: string, changes: Partial<RunRow>): boolean {
  const run = tables.run(runId);
  if (run?.state !== 'pending' || run.startedAtMs !== null) return false;
  tables.change(run, changes);
  return true;
}

function debounce(tables: Tables, nowMs: number, { run, maxMs, call }: DebounceRequest): DebounceOutcome {
  const flaw = refusal({ op: 'start', run });
  if (flaw) throw flaw;
  const fenced = call && fence(tables, call);
  if (fenced) return fenced;
  const waiting = tables.holderFor(run);
  const taken = tables.run(run.id);
  if (!waiting && taken && taken.key !== run.key) return { kind: 'exists', workflow: taken.workflow };
  const row = waiting ? putOff(tables, waiting, run, nowMs) : (taken ?? begin(tables, run, maxMs, nowMs));
  if (call) record(tables, call, row.id);
  return { kind: 'debounced', runId: row.id, dueInMs: Math.max(0, (row.wakeAtMs ?? nowMs) - nowMs) };
}

/** What stands in the way of the run that calls: it is another's, or it wrote this before and never heard so. */
function fence(tables: Tables, { runId, epoch, seq }: DebouncingCall): DebounceOutcome | undefined {
  const run = tables.run(runId);
  if (run?.state !== 'running' || run.epoch !== epoch) return { kind: 'lost' };
  const step = tables.step(runId, seq);
  if (step?.epoch !== epoch || step.childId === null) return undefined;
  return { kind: 'debounced', runId: step.childId, dueInMs: 0 };
}

function putOff(tables: Tables, waiting: RunRow, run: NewRun, nowMs: number): RunRow {
  const { version, tags, priority, timeoutMs, delayMs } = run;
  const wakeAtMs = Math.min(nowMs + Math.ceil(delayMs), waiting.debounceUntilMs ?? Number.POSITIVE_INFINITY);
  const input = copyPayload(run.input);
  return tables.change(waiting, { input, version, tags, priority, timeoutMs, wakeAtMs });
}

function begin(tables: Tables, run: NewRun, maxMs: number | null, nowMs: number): RunRow {
  const debounceUntilMs = maxMs === null ? null : nowMs + Math.ceil(maxMs);
  const row = { ...newRow(run, null, nowMs), debounceUntilMs };
  tables.insert(row);
  return row;
}

function record(tables: Tables, call: DebouncingCall, childId: string): void {
  const { runId, epoch, seq, ordinal, name, startedAtMs, completedAtMs } = call;
  const done = { attempt: 1, error: null, retryAtMs: null, startedAtMs, completedAtMs, childId };
  const output = { json: JSON.stringify(childId), extra: null };
  tables.putStep(runId, { seq, ordinal, kind: 'debounce', name, epoch, output, ...done });
}
