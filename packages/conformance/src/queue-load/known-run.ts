import type { NewRun, OwnedRun } from '@holdfast/core/internal';
import type { Span } from './span.js';
import type { Worker } from './worker.js';

/** Where a run stands, by what was answered so far. */
export type Stand =
  /** It waits to be claimed. */
  | 'open'
  | 'held'
  /** An entry that takes it out of its executor's hands is under way. */
  | 'leaving'
  | 'parked'
  /** Paused, until it is resumed. */
  | 'aside'
  | 'resuming'
  | 'over';

/** A time in which a run surely stood in line, with a priority that it surely had. */
export interface Spell extends Span {
  readonly priority: number;
  readonly hasBegun: boolean;
}

/** A run as it is known from the outside: several may ask at once, so that some of it is uncertain for a while. */
export class KnownRun {
  readonly run: NewRun;
  /** Its place in the batch that recorded it. */
  readonly nth: number;
  put: Span | undefined;
  stand: Stand = 'open';
  by: Worker | undefined;
  owned: OwnedRun | undefined;
  /** When the claim that it was last taken in was asked and answered. */
  claimed: Span | undefined;
  /** Whose code of it still runs although it was cancelled. */
  occupiedBy: Worker | undefined;
  isVacating = false;
  /** It was claimed in the name of an executor that was dead by then, and may stay so until the next burial of all. */
  isAdrift = false;
  hasBegun = false;
  /** Whether it is due as soon as it is open: its delay does not count any more. */
  isDue: boolean;
  priority: number;
  /** When it ended, and how often since it was last made to go on: that must be once. */
  ended: Span | undefined;
  endings: string[] = [];
  /** What is under way that concerns it, claims excepted. */
  inFlight = 0;
  cancelling = 0;
  wasCancelled = false;
  /** Whether anything has ever come in for it. */
  mayBeSignalled = false;
  /** Up to when its executor was told what had come in, and whether more surely has since: parked, it is due. */
  toldAt = 0;
  isWoken = false;
  keptSlot = false;
  readonly spells: Spell[] = [];
  #since: number | undefined;

  constructor(run: NewRun, nth: number) {
    this.run = run;
    this.nth = nth;
    this.priority = run.priority;
    this.isDue = run.delayMs === 0;
  }

  get id(): string {
    return this.run.id;
  }

  get queue(): string {
    return this.run.queue!;
  }

  get key(): string {
    return this.run.partitionKey ?? '';
  }

  /** Whether it surely counts for the concurrency of its queue, and has since before this moment. */
  surelyHasSlotSince(tick: number): boolean {
    if (this.claimed === undefined || this.claimed.to >= tick) return false;
    return this.surelyHasSlot();
  }

  surelyHasSlot(): boolean {
    const holder = this.occupiedBy ?? (this.stand === 'held' ? this.by : undefined);
    return holder !== undefined && !holder.isDying && !this.isVacating;
  }

  /** From now on it surely stands in line, if nothing else is under way. */
  standInLine(tick: number): void {
    const isSure = this.stand === 'open' && this.inFlight === 0 && this.occupiedBy === undefined;
    if (isSure && this.isDue && !this.isAdrift) this.#since = tick;
  }

  /** From now on that is not sure any more. */
  disturb(tick: number): void {
    const [from, { priority, hasBegun }] = [this.#since, this];
    this.#since = undefined;
    if (from !== undefined && from < tick) this.spells.push({ from, to: tick, priority, hasBegun });
  }

  /** Something has come in for it. */
  signalled({ from }: Span): void {
    if (this.hasBegun && this.toldAt < from) this.isWoken = true;
  }

  /** Its executor is told what had come in. */
  told({ to }: Span): void {
    this.toldAt = to;
    this.isWoken = false;
  }

  end(how: string, span: Span): void {
    this.stand = 'over';
    this.ended = span;
    this.endings.push(how);
    if (this.endings.length > 1)
      throw new Error(`run ${this.id} ended more than once: ${this.endings.join(', ')}`);
  }
}
