import type { Payload } from '../replay/index.js';
import { isFinal, type NewRun, type RunRecord, type StepRecord } from '../store/index.js';
import { Awaited } from './awaited.js';
import { deduplicationOf, holdsKey } from './deduplication.js';

/** A run as it is kept: what is shown of it and what only executors are told. */
export interface RunRow extends RunRecord {
  readonly signals: number;
  readonly seed: string;
  /** Its highest recorded call at the last takeover. */
  readonly takeoverSeq: number | null;
  /** Up to when further calls of its debounce can put it off; null for other runs, and where there is no limit. */
  readonly debounceUntilMs: number | null;
  /** Its place in its queue, given when it is inserted; null without one. */
  readonly place: number | null;
  /** Whether it counts for the concurrency of its queue. */
  readonly holdsSlot: boolean;
  readonly isFailing: boolean;
  /** In a fork: when the run it was forked from began. */
  readonly logicalStartMs: number | null;
}

/**
 * The rows. Each is frozen and replaced whole, so whoever was given one keeps what it was given, and nobody can change
 * what is here.
 */
export class Tables {
  readonly awaited = new Awaited();
  readonly #runs = new Map<string, RunRow>();
  #places = 0;
  readonly #steps = new Map<string, Map<number, StepRecord>>();
  /** The runs that are pending or waiting: few among all that have ended. */
  readonly #claimable = new Map<string, RunRow>();
  /** The runs of each queue that have not ended or hold a slot. */
  readonly #queued = new Map<string, Map<string, RunRow>>();
  /** Runs that are running, or cancelled and with a slot still taken by their code, by executor. */
  readonly #held = new Map<string, Map<string, RunRow>>();
  /** The runs that hold deduplication keys. */
  readonly #holders = new Map<string, RunRow>();

  run(id: string): RunRow | undefined {
    return this.#runs.get(id);
  }

  /** The run that holds the deduplication key that another would have. */
  holderFor(
    run: Pick<NewRun, 'workflow' | 'queue' | 'deduplicationKey' | 'deduplicationScope'>,
  ): RunRow | undefined {
    const key = deduplicationOf(run);
    return key === undefined ? undefined : this.#holders.get(key);
  }

  /** All runs. */
  all(): IterableIterator<RunRow> {
    return this.#runs.values();
  }

  /** The pending and waiting runs. */
  claimable(): RunRow[] {
    return [...this.#claimable.values()];
  }

  /** What an executor holds: its running runs, and those that were cancelled while their code runs on. */
  heldBy(executorId: string): RunRow[] {
    return [...(this.#held.get(executorId)?.values() ?? [])];
  }

  /** The running runs in an executor's name. */
  runningOf(executorId: string): RunRow[] {
    return this.heldBy(executorId).filter(({ state }) => state === 'running');
  }

  /** The executors that hold something. */
  executors(): string[] {
    return [...this.#held.keys()];
  }

  /** The runs of a queue that have not ended or hold a slot. */
  runsOfQueue(queue: string): RunRow[] {
    return [...(this.#queued.get(queue)?.values() ?? [])];
  }

  insert(row: RunRow): void {
    this.#put(Object.freeze({ ...row, place: row.queue === null ? null : ++this.#places }));
  }

  change(row: RunRow, changes: Partial<RunRow>): RunRow {
    this.#takeOut(row);
    const changed = Object.freeze({ ...row, ...changes });
    this.#put(changed);
    if (isFinal(changed.state) && !isFinal(row.state)) this.awaited.happened(row.id);
    return changed;
  }

  /** Deletes a run and its journal. */
  remove(row: RunRow): void {
    this.#takeOut(row);
    this.#runs.delete(row.id);
    this.#steps.delete(row.id);
    this.awaited.happened(row.id);
    this.awaited.note(row.id, []);
  }

  step(runId: string, seq: number): StepRecord | undefined {
    return this.#steps.get(runId)?.get(seq);
  }

  removeStep(runId: string, seq: number): void {
    this.#steps.get(runId)?.delete(seq);
  }

  /** A run's journal in the order of its calls. */
  steps(runId: string): StepRecord[] {
    return [...(this.#steps.get(runId)?.values() ?? [])].sort((a, b) => a.seq - b.seq);
  }

  putStep(runId: string, step: StepRecord): void {
    const steps = this.#steps.get(runId) ?? new Map<number, StepRecord>();
    this.#steps.set(runId, steps.set(step.seq, Object.freeze({ ...step })));
  }

  #put(row: RunRow): void {
    this.#runs.set(row.id, row);
    const key = deduplicationOf(row);
    if (key !== undefined && holdsKey(row)) this.#holders.set(key, row);
    if (row.state === 'pending' || row.state === 'waiting') this.#claimable.set(row.id, row);
    if (row.queue !== null && (row.holdsSlot || !isFinal(row.state))) putIn(this.#queued, row.queue, row);
    if (row.executorId !== null && (row.state === 'running' || row.holdsSlot))
      putIn(this.#held, row.executorId, row);
  }

  #takeOut(row: RunRow): void {
    this.#claimable.delete(row.id);
    const key = deduplicationOf(row);
    if (key !== undefined && this.#holders.get(key)?.id === row.id) this.#holders.delete(key);
    if (row.queue !== null) takeFrom(this.#queued, row.queue, row);
    if (row.executorId !== null) takeFrom(this.#held, row.executorId, row);
  }
}

function putIn(groups: Map<string, Map<string, RunRow>>, group: string, row: RunRow): void {
  const rows = groups.get(group) ?? new Map<string, RunRow>();
  groups.set(group, rows.set(row.id, row));
}

function takeFrom(groups: Map<string, Map<string, RunRow>>, group: string, row: RunRow): void {
  const rows = groups.get(group);
  rows?.delete(row.id);
  if (rows?.size === 0) groups.delete(group);
}

/** A payload's texts, whatever else the object carries. */
export function copyPayload(payload: Payload): Payload {
  return Object.freeze({ json: payload.json, extra: payload.extra });
}

/** The same for a payload that may be missing. */
export function copyOptional(payload: Payload | null): Payload | null {
  return payload && copyPayload(payload);
}
