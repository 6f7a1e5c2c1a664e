import type { QueueRow } from './queues.js';
import { startsAdded, startsCounted, startsWithin } from './recent-starts.js';
import type { RunRow, Tables } from './tables.js';

/** What is taken from a queue, and what was left in it. */
export interface QueueTake {
  readonly runs: readonly RunRow[];
  /** When limits of rate will let more begin. */
  readonly nextAtMs: number | null;
  readonly isHeldBack: boolean;
}

/** Who takes, and how much. */
export interface QueueTaker {
  readonly executorId: string;
  readonly room: number;
  readonly nowMs: number;
}

interface Lined {
  readonly run: RunRow;
  readonly key: string;
  /** The virtual time at which it is its turn. */
  readonly tag: number;
  readonly weight: number;
}

/** Chooses among the due runs of a queue, as far as its limits allow. The caller writes that they are taken. */
export function takeFromQueue(
  tables: Tables,
  row: QueueRow,
  due: readonly RunRow[],
  taker: QueueTaker,
): QueueTake {
  const admission = new Admission(tables, row, due, taker);
  // Those that kept their slots need none, and do not stand in line.
  const kept = due.filter((run) => run.holdsSlot).sort((a, b) => a.wakeAtMs! - b.wakeAtMs!);
  for (const run of kept) admission.takeKept(run);
  for (const one of inTurn(
    row,
    due.filter((run) => !run.holdsSlot),
  ))
    admission.consider(one);
  admission.remember();
  return admission.result();
}

/** In each partition by priority and place; between partitions by virtual time, which grows with each run by one over its share. */
function inTurn(row: QueueRow, due: readonly RunRow[]): readonly Lined[] {
  const byKey = new Map<string, RunRow[]>();
  for (const run of due) {
    const key = run.partitionKey ?? '';
    byKey.set(key, [...(byKey.get(key) ?? []), run]);
  }
  const lined = [...byKey].flatMap(([key, runs]) => {
    const weight = row.limits.weights[key] ?? 1;
    const from = Math.max(row.partitions.get(key)?.virtualTime ?? 0, row.virtualTime);
    runs.sort((a, b) => a.priority - b.priority || a.place! - b.place!);
    return runs.map((run, n): Lined => ({ run, key, weight, tag: from + n / weight }));
  });
  return lined.sort((a, b) => a.tag - b.tag || (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
}

/** Lets in what the limits allow, one by one. */
class Admission {
  readonly #row: QueueRow;
  readonly #nowMs: number;
  readonly #held: readonly RunRow[];
  readonly #runs: RunRow[] = [];
  readonly #freshOf = new Map<string, number>();
  readonly #takenOf = new Map<string, number>();
  readonly #timeOf = new Map<string, number>();
  readonly #usesPartitions: boolean;
  #room: number;
  #fresh = 0;
  #slots: number;
  #isHeldBack = false;
  #nextAtMs: number | null = null;

  constructor(tables: Tables, row: QueueRow, due: readonly RunRow[], taker: QueueTaker) {
    const { concurrency, workerConcurrency } = row.limits;
    this.#row = row;
    this.#nowMs = taker.nowMs;
    this.#held = due[0] ? tables.runsOfQueue(due[0].queue!).filter((run) => run.holdsSlot) : [];
    this.#slots = (concurrency ?? Number.POSITIVE_INFINITY) - this.#held.length;
    const here = tables
      .heldBy(taker.executorId)
      .filter((run) => run.holdsSlot && run.queue === due[0]?.queue);
    const hereLeft = (workerConcurrency ?? Number.POSITIVE_INFINITY) - here.length;
    this.#room = Math.min(taker.room, hereLeft);
    this.#usesPartitions = due.some((run) => run.partitionKey !== null) || row.limits.partitionRate !== null;
  }

  takeKept(run: RunRow): void {
    if (this.#room <= 0) return this.#holdBack();
    this.#take(run);
  }

  consider({ run, key, tag, weight }: Lined): void {
    if (this.#room <= 0 || this.#slots <= 0 || this.#slotsOf(key) <= 0) return this.#holdBack();
    if (run.startedAtMs === null && !this.#mayBegin(key)) return this.#holdBack();
    this.#take(run);
    this.#slots -= 1;
    this.#takenOf.set(key, (this.#takenOf.get(key) ?? 0) + 1);
    this.#timeOf.set(key, tag + 1 / weight);
    this.#row.virtualTime = Math.max(this.#row.virtualTime, tag);
    if (run.startedAtMs !== null) return;
    this.#fresh += 1;
    this.#freshOf.set(key, (this.#freshOf.get(key) ?? 0) + 1);
  }

  /** Writes down what later claims have to know, and forgets what they have not. */
  remember(): void {
    const { rate, partitionRate } = this.#row.limits;
    const nowMs = this.#nowMs;
    if (rate && this.#fresh > 0) {
      const recent = startsWithin(this.#row.recentStarts, rate, nowMs);
      this.#row.recentStarts = startsAdded(recent, rate, nowMs, this.#fresh);
    }
    if (!this.#usesPartitions) return;
    for (const [key, virtualTime] of this.#timeOf) {
      const recent = this.#recentOf(key);
      const fresh = this.#freshOf.get(key) ?? 0;
      const recentStarts =
        partitionRate && fresh > 0 ? startsAdded(recent, partitionRate, nowMs, fresh) : recent;
      this.#row.partitions.set(key, { virtualTime, recentStarts });
    }
    for (const [key, { virtualTime }] of this.#row.partitions) {
      if (virtualTime <= this.#row.virtualTime && this.#recentOf(key).length === 0)
        this.#row.partitions.delete(key);
    }
  }

  result(): QueueTake {
    return { runs: this.#runs, nextAtMs: this.#nextAtMs, isHeldBack: this.#isHeldBack };
  }

  #take(run: RunRow): void {
    this.#runs.push(run);
    this.#room -= 1;
  }

  #holdBack(): void {
    this.#isHeldBack = true;
  }

  #slotsOf(key: string): number {
    const { partitionConcurrency } = this.#row.limits;
    if (partitionConcurrency === null) return Number.POSITIVE_INFINITY;
    const held = this.#held.filter((run) => (run.partitionKey ?? '') === key);
    return partitionConcurrency - held.length - (this.#takenOf.get(key) ?? 0);
  }

  #mayBegin(key: string): boolean {
    const { rate, partitionRate } = this.#row.limits;
    const whole = rate ? startsWithin(this.#row.recentStarts, rate, this.#nowMs) : [];
    if (rate && startsCounted(whole) + this.#fresh >= rate.limit) {
      return this.#later((whole[0]?.atMs ?? this.#nowMs) + rate.perMs);
    }
    const recent = this.#recentOf(key);
    if (partitionRate && startsCounted(recent) + (this.#freshOf.get(key) ?? 0) >= partitionRate.limit) {
      return this.#later((recent[0]?.atMs ?? this.#nowMs) + partitionRate.perMs);
    }
    return true;
  }

  #later(atMs: number): false {
    this.#nextAtMs = Math.min(this.#nextAtMs ?? Number.POSITIVE_INFINITY, atMs);
    return false;
  }

  #recentOf(key: string): RunStarts {
    const { partitionRate } = this.#row.limits;
    const recent = this.#row.partitions.get(key)?.recentStarts ?? [];
    return partitionRate ? startsWithin(recent, partitionRate, this.#nowMs) : [];
  }
}

type RunStarts = ReturnType<typeof startsWithin>;
