import {
  type EntryOutcome,
  type FinishEntry,
  isFinal,
  isMail,
  type NewRun,
  type ParkEntry,
  type PauseEntry,
  type ReleaseEntry,
  type StartEntry,
  type StepEntry,
  type StoreEntry,
  type UnwindEntry,
  type VacateEntry,
} from '../store/index.js';
import type { MailTables } from './mail.js';
import { writeMail } from './mail-writes.js';
import { refusal } from './refusal.js';
import { copyOptional, copyPayload, type RunRow, type Tables } from './tables.js';

const WRITTEN: EntryOutcome = Object.freeze({ kind: 'written' });
const AWAITED: EntryOutcome = Object.freeze({ kind: 'written', isAwaited: true });
const EXISTS: EntryOutcome = Object.freeze({ kind: 'exists' });
const LOST: EntryOutcome = Object.freeze({ kind: 'lost' });

/** What a batch finds: the rows, the time, and which executors were declared dead or have signed off. */
export interface Moment {
  readonly tables: Tables;
  readonly mail: MailTables;
  readonly nowMs: number;
  readonly isDead: (executorId: string) => boolean;
}

/**
 * Writes a batch at one moment, as one SQL statement would: a step, or a message, finds its run as it was before the batch,
 * also when another entry ends or starts that run.
 */
export function writeBatch(moment: Moment, entries: readonly StoreEntry[]): readonly EntryOutcome[] {
  const outcomes: EntryOutcome[] = new Array(entries.length);
  for (const isStepsTurn of [true, false]) {
    for (const [index, entry] of entries.entries()) {
      if ((entry.op === 'step' || isMail(entry)) !== isStepsTurn) continue;
      const error = refusal(entry);
      outcomes[index] = error ? Object.freeze({ kind: 'refused', error }) : writeEntry(moment, entry);
    }
  }
  return outcomes;
}

function writeEntry(moment: Moment, entry: StoreEntry): EntryOutcome {
  const { tables, mail, nowMs } = moment;
  if (isMail(entry)) {
    return writeMail(
      {
        tables,
        mail,
        step: (call) => putCall(tables, call),
        isRecorded: (call) => isRecorded(tables, call),
        held: (runId, epoch) => held(tables, { runId, epoch }),
        signal: (runId) => signal(tables, runId, nowMs),
      },
      entry,
    );
  }
  switch (entry.op) {
    case 'start':
      return start(moment, entry);
    case 'step':
      return putCall(tables, entry).outcome;
    case 'finish':
      return finish(tables, entry, nowMs);
    case 'park':
      return park(tables, entry);
    case 'pause':
      return pause(tables, entry);
    case 'release':
      return release(tables, entry, nowMs);
    case 'vacate':
      return vacateCancelled(tables, entry);
    case 'unwind':
      return unwind(tables, entry, nowMs);
  }
}

function start({ tables, nowMs, isDead }: Moment, { run }: StartEntry): EntryOutcome {
  const existing = tables.run(run.id);
  if (existing) return existing.key === run.key ? WRITTEN : EXISTS;
  const parent = run.parentId === null || run.isDetached ? undefined : tables.run(run.parentId);
  if (parent?.state === 'cancelled' || parent?.isUnwinding) return LOST;
  const holder = tables.holderFor(run);
  if (holder) return Object.freeze({ kind: 'duplicate', runId: holder.id, workflow: holder.workflow });
  tables.insert(
    newRow(run, run.executorId !== null && isDead(run.executorId) ? null : run.executorId, nowMs),
  );
  return WRITTEN;
}

/** A run as it is first recorded, in the name of an executor or for whoever claims it. */
export function newRow(run: NewRun, executorId: string | null, nowMs: number): RunRow {
  const isTaken = executorId !== null;
  return {
    id: run.id,
    key: run.key,
    workflow: run.workflow,
    version: run.version,
    state: isTaken ? 'running' : 'pending',
    executorId,
    // Also if its executor is dead and does not know it: it believes to hold epoch 1, so nobody else may get that.
    epoch: run.executorId === null ? 0 : 1,
    input: copyPayload(run.input),
    output: null,
    error: null,
    tags: run.tags,
    parentId: run.parentId,
    queue: run.queue,
    priority: run.priority,
    partitionKey: run.partitionKey,
    deduplicationKey: run.deduplicationKey,
    deduplicationScope: run.deduplicationScope,
    timeoutMs: run.timeoutMs,
    deadlineMs: run.deadlineMs,
    isDetached: run.isDetached,
    schedule: run.schedule,
    forkedFrom: null,
    takeovers: 0,
    takeoverSeq: null,
    deaths: [],
    isUnwinding: false,
    isFailing: false,
    logicalStartMs: null,
    wakeAtMs: isTaken ? null : nowMs + Math.ceil(run.delayMs),
    createdAtMs: nowMs,
    startedAtMs: isTaken ? run.startedAtMs : null,
    completedAtMs: null,
    signals: 0,
    seed: run.key,
    place: null,
    holdsSlot: false,
    debounceUntilMs: null,
    traceContext: run.traceContext,
  };
}

interface PutCall {
  readonly outcome: EntryOutcome;
  /** Whether anything was written. */
  readonly isNew: boolean;
}

function putCall(tables: Tables, entry: StepEntry): PutCall {
  const { runId, epoch, seq, ordinal } = entry;
  if (!held(tables, entry)) return { outcome: LOST, isNew: false };
  const existing = tables.step(runId, seq);
  if (existing && existing.ordinal !== null) {
    return { outcome: isRecorded(tables, entry) ? WRITTEN : LOST, isNew: false };
  }
  tables.putStep(runId, {
    seq,
    ordinal,
    kind: entry.kind,
    name: entry.name,
    attempt: entry.attempt,
    epoch,
    output: copyOptional(entry.output),
    error: copyOptional(entry.error),
    childId: entry.childId,
    retryAtMs: entry.retryAtMs,
    startedAtMs: existing?.startedAtMs ?? entry.startedAtMs,
    completedAtMs: entry.completedAtMs,
    ...(entry.hasUndo && { hasUndo: true }),
  });
  return { outcome: WRITTEN, isNew: true };
}

/** Whether a call's outcome is in the journal as it is given: this executor wrote it, and never heard so. */
function isRecorded(tables: Tables, entry: StepEntry): boolean {
  const { runId, epoch, seq, ordinal } = entry;
  const existing = held(tables, entry) && tables.step(runId, seq);
  return existing?.ordinal != null && existing.epoch === epoch && existing.ordinal === ordinal;
}

function finish(tables: Tables, entry: FinishEntry, nowMs: number): EntryOutcome {
  const run = held(tables, entry);
  if (!run) {
    const stood = stands(tables, entry, 'succeeded', 'failed', 'cancelled');
    return stood === WRITTEN && tables.awaited.happened(entry.runId) ? AWAITED : stood;
  }
  const { state } = entry;
  const [output, error] = [copyOptional(entry.output), copyOptional(entry.error)];
  const ended = {
    completedAtMs: nowMs,
    wakeAtMs: null,
    holdsSlot: false,
    isUnwinding: false,
    isFailing: false,
  };
  tables.change(run, { state, output, error, ...ended });
  signal(tables, entry.parentId, nowMs);
  return tables.awaited.happened(run.id) ? AWAITED : WRITTEN;
}

function park(tables: Tables, entry: ParkEntry): EntryOutcome {
  const run = held(tables, entry);
  if (!run) return stands(tables, entry, 'waiting');
  if (run.signals !== entry.signals) return Object.freeze({ kind: 'signalled', signals: run.signals });
  tables.change(run, {
    state: 'waiting',
    executorId: null,
    wakeAtMs: entry.wakeAtMs,
    holdsSlot: run.holdsSlot && entry.keepsSlot,
  });
  return WRITTEN;
}

function pause(tables: Tables, entry: PauseEntry): EntryOutcome {
  const run = held(tables, entry);
  if (!run) return stands(tables, entry, 'paused');
  tables.change(run, {
    state: 'paused',
    executorId: null,
    wakeAtMs: null,
    // One that unwinds keeps the reason.
    error: run.isUnwinding ? run.error : copyPayload(entry.error),
    holdsSlot: false,
  });
  return WRITTEN;
}

function release(tables: Tables, entry: ReleaseEntry, nowMs: number): EntryOutcome {
  const run = held(tables, entry);
  if (!run) return stands(tables, entry, 'pending');
  giveBack(tables, run, nowMs);
  return WRITTEN;
}

function vacateCancelled(tables: Tables, { runId, epoch }: VacateEntry): EntryOutcome {
  const run = tables.run(runId);
  const isOfIt = run?.epoch === epoch + 1 && (run.state === 'cancelled' || run.state === 'pending');
  if (run?.holdsSlot && isOfIt) vacate(tables, run);
  return WRITTEN;
}

function unwind(tables: Tables, entry: UnwindEntry, nowMs: number): EntryOutcome {
  const run = held(tables, entry);
  if (!run) return stands(tables, entry, 'pending');
  const error = copyPayload(entry.error);
  tables.change(run, { isUnwinding: true, isFailing: true, error, deadlineMs: null });
  giveBack(tables, tables.run(run.id)!, nowMs);
  return WRITTEN;
}

interface Fence {
  readonly runId: string;
  readonly epoch: number;
}

/** The run, if whoever writes still holds it. */
export function held(tables: Tables, { runId, epoch }: Fence): RunRow | undefined {
  const run = tables.run(runId);
  return run?.state === 'running' && run.epoch === epoch ? run : undefined;
}

/** The answer to who does not hold the run: it wrote this itself, and never heard so; or it lost the run. */
function stands(
  tables: Tables,
  { runId, epoch }: Fence,
  ...states: readonly RunRow['state'][]
): EntryOutcome {
  const run = tables.run(runId);
  return run && run.epoch === epoch && states.includes(run.state) ? WRITTEN : LOST;
}

/** Makes a run due at once for any executor. */
export function giveBack(tables: Tables, run: RunRow, nowMs: number, changes: Partial<RunRow> = {}): void {
  tables.change(run, { ...changes, state: 'pending', executorId: null, wakeAtMs: nowMs, holdsSlot: false });
}

/** Frees the slot that the code of a cancelled run had, also if the run was resumed since. */
export function vacate(tables: Tables, run: RunRow): void {
  tables.change(run, { holdsSlot: false, ...(run.state === 'cancelled' ? {} : { executorId: null }) });
}

/**
 * Lets a run know that something came in for it. A pending run is told too: whoever claims it may look around before
 * this write is visible, and park after it.
 */
export function signal(tables: Tables, runId: string | null, nowMs: number): void {
  const run = runId === null ? undefined : tables.run(runId);
  if (!run || isFinal(run.state)) return;
  tables.change(run, { signals: run.signals + 1, ...(run.state === 'waiting' ? { wakeAtMs: nowMs } : {}) });
}
