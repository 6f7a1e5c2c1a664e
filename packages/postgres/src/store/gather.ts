import {
  type FinishEntry,
  isMail,
  type MailEntry,
  type NewRun,
  type ParkEntry,
  type PauseEntry,
  type ReleaseEntry,
  type StepEntry,
  type StoreEntry,
  type UnwindEntry,
  type VacateEntry,
} from '@holdfast/core/internal';
import type { BatchKinds, Form } from '../sql/batch/commit.js';
import { amount, type Json, type Placed, rowsJson } from './batch-rows.js';
import { kindsOf } from './forms.js';
import { gatherMail } from './gather-mail.js';

/** A batch as its statement takes it. */
export interface Gathered {
  readonly kinds: BatchKinds;
  readonly values: readonly string[];
}

/**
 * Sorts a batch's entries by kind, and within a kind by run, so that everyone locks rows in one order. Starts lock two
 * keys, and those of deduplication are shared more often: they come first, for each the start that was asked for first.
 *
 * @param most `full`: nothing is written plainly, though it could be.
 */
export function gather(entries: readonly StoreEntry[], most: Form = 'plain'): Gathered {
  const starts: Placed[] = [];
  const steps: Placed[] = [];
  const changes: Placed[] = [];
  const told = new Set<string>();
  const mail: { readonly at: number; readonly entry: MailEntry }[] = [];
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    if (entry.op === 'start') {
      starts.push({ lock: startLock(entry.run), row: startRow(at, entry.run) });
    } else if (entry.op === 'step') {
      steps.push({ lock: entry.runId, row: stepRow(at, entry) });
    } else if (isMail(entry)) {
      mail.push({ at, entry });
    } else {
      changes.push({ lock: entry.runId, row: changeRow(at, entry) });
      if (entry.op === 'finish' && entry.parentId !== null) told.add(entry.parentId);
    }
  }
  const gathered = gatherMail(mail);
  for (const { at, step } of gathered.calls) steps.push({ lock: step.runId, row: stepRow(at, step) });
  for (const id of new Set([...told, ...gathered.told]))
    changes.push({ lock: id, row: { role: 'told', run_id: id } });
  const kinds = kindsOf(entries, most);
  if (kinds.mail) {
    const lists = [steps, changes, gathered.rows, ...(kinds.starts ? [starts] : [])];
    return { kinds, values: lists.map(rowsJson) };
  }
  const values = [starts, steps, changes].filter((rows) => rows.length > 0).map(rowsJson);
  return { kinds, values };
}

/** What starts are sorted by, so that they wait for each other in one order. A NUL, which no id has, sorts before everything. */
export function startLock({ id, workflow, queue, deduplicationKey, deduplicationScope }: NewRun): string {
  if (deduplicationKey === null) return id;
  const scope = deduplicationScope === null && queue !== null ? `queue ${queue}` : workflow;
  return `\0${JSON.stringify([deduplicationScope, scope, deduplicationKey])}`;
}

/** A new run as the statement that inserts it takes it; `at` is its place among those that come together. */
export function startRow(at: number, run: NewRun): Json {
  return {
    at,
    id: run.id,
    key: run.key,
    workflow: run.workflow,
    version: run.version,
    executor_id: run.executorId ?? undefined,
    input: run.input.json,
    input_extra: run.input.extra ?? undefined,
    tags: run.tags ?? undefined,
    parent_id: run.parentId ?? undefined,
    delay_ms: amount(run.delayMs),
    started_at: amount(run.startedAtMs),
    queue: run.queue ?? undefined,
    priority: run.priority === 0 ? undefined : run.priority,
    partition_key: run.partitionKey ?? undefined,
    deduplication_key: run.deduplicationKey ?? undefined,
    deduplication_scope: run.deduplicationScope ?? undefined,
    timeout_ms: amount(run.timeoutMs),
    deadline: amount(run.deadlineMs),
    is_detached: run.isDetached || undefined,
    schedule: run.schedule ?? undefined,
    trace_context: run.traceContext ?? undefined,
  };
}

function stepRow(at: number, entry: StepEntry): Json {
  return {
    at,
    run_id: entry.runId,
    epoch: entry.epoch,
    seq: entry.seq,
    ordinal: entry.ordinal ?? undefined,
    kind: entry.kind,
    name: entry.name,
    attempt: entry.attempt,
    output: entry.output?.json,
    output_extra: entry.output?.extra ?? undefined,
    error: entry.error?.json,
    error_extra: entry.error?.extra ?? undefined,
    child_id: entry.childId ?? undefined,
    retry_at: amount(entry.retryAtMs),
    started_at: amount(entry.startedAtMs),
    completed_at: amount(entry.completedAtMs),
    undo: entry.hasUndo,
  };
}

function changeRow(
  at: number,
  entry: FinishEntry | ParkEntry | PauseEntry | ReleaseEntry | UnwindEntry | VacateEntry,
): Json {
  const role = entry.op === 'vacate' ? 'vacates' : 'changes';
  const run = { role, at, run_id: entry.runId, epoch: entry.epoch };
  switch (entry.op) {
    case 'finish':
      return {
        ...run,
        state: entry.state,
        output: entry.output?.json,
        output_extra: entry.output?.extra ?? undefined,
        error: entry.error?.json,
        error_extra: entry.error?.extra ?? undefined,
        parent_id: entry.parentId ?? undefined,
      };
    case 'park':
      return {
        ...run,
        state: 'waiting',
        wake_at: amount(entry.wakeAtMs),
        signals: entry.signals,
        keeps_slot: entry.keepsSlot || undefined,
      };
    case 'pause':
      return {
        ...run,
        state: 'paused',
        error: entry.error.json,
        error_extra: entry.error.extra ?? undefined,
      };
    case 'release':
      return { ...run, state: 'pending' };
    case 'vacate':
      return run;
    case 'unwind':
      return {
        ...run,
        state: 'pending',
        unwinds: true,
        error: entry.error.json,
        error_extra: entry.error.extra ?? undefined,
      };
  }
}
