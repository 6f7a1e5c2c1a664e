import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import pc from 'picocolors';
import { hasEnded, type RecordedStep, type RunRow, readRuns } from '../journal.js';
import type { Order } from '../order.js';
import { Worker, type WorkerOptions } from '../worker.js';
import { Timeline } from './timeline.js';
import { count, fill, list } from './words.js';

const LOOK_MS = 15;
const PATIENCE_MS = 30_000;

export interface Kill {
  readonly worker: Worker;
  readonly at: number;
  /** How many workers had been started by then. */
  readonly started: number;
}

/** A run that went from a killed worker to another one. */
export interface Takeover {
  readonly run: string;
  readonly to: string;
  readonly from: Kill;
  readonly afterMs: number;
  /** Whether the other one had to be started first. */
  readonly byNewcomer: boolean;
}

interface Wish {
  readonly what: string;
  readonly isGranted: () => boolean;
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Where the story is played. It opens and kills workers, and looks at the tables in Postgres over and over: all that the
 * timeline tells of runs and steps is read from there.
 */
export class Stage {
  readonly orders: Order[] = [];
  readonly kills: Kill[] = [];
  readonly takeovers: Takeover[] = [];
  /** Steps of runs that were taken over, which stood in the journal by then: they did not run again. */
  keptSteps = 0;
  readonly #db: pg.Client;
  readonly #now: () => number;
  readonly #timeline: Timeline;
  readonly #workers: Worker[] = [];
  readonly #runs = new Map<string, RunRow>();
  /** Who held which run in which epoch. */
  readonly #holders = new Map<string, string>();
  /** When something was last told of a run. */
  readonly #toldAt = new Map<string, number>();
  readonly #watching: Promise<void>;
  #wishes: Wish[] = [];
  #trouble: unknown;
  #isOver = false;

  /** @param now the clock that the journal goes by. */
  constructor(db: pg.Client, now: () => number, print: (line: string) => void) {
    this.#db = db;
    this.#now = now;
    this.#timeline = new Timeline(now(), print);
    this.#watching = this.#watch();
  }

  get runs(): readonly RunRow[] {
    return [...this.#runs.values()];
  }

  /** Who had a run in an epoch of it. */
  holder(run: string, epoch: number): string {
    return this.#holders.get(`${run} ${epoch}`) ?? '?';
  }

  chapter(title: string): void {
    this.#timeline.chapter(this.#now(), title);
  }

  /** Starts a worker. Resolves when its shop is open. */
  async open(name: string, options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(name, options);
    this.#workers.push(worker);
    await worker.opened();
    this.#timeline.worker(this.#now(), name, pc.dim(`is ready (process ${worker.pid})`));
    return worker;
  }

  /** Sends an order to a worker, which begins its checkout. */
  async place(worker: Worker, order: Order): Promise<void> {
    const { id, sku, quantity, shipTo } = order;
    const goods = count(quantity, sku.split('-')[0]!);
    this.#tell(id, this.#now(), worker.name, pc.dim(`ordered: ${goods}, to ${shipTo}`));
    this.#holders.set(`${id} 1`, worker.name);
    this.orders.push(order);
    await worker.checkout(order);
  }

  /** Sends an order that was placed before to another worker, as customers do who hear nothing. */
  async placeAgain(worker: Worker, order: Order): Promise<void> {
    const at = this.#now();
    await worker.checkout(order);
    this.#tell(order.id, at, worker.name, pc.dim('ordered again, with the same id: the same run'));
  }

  /** Kills a worker. */
  async kill(worker: Worker, how: string): Promise<void> {
    const at = this.#now();
    void worker.kill();
    this.kills.push({ worker, at, started: this.#workers.length });
    await this.#look();
    const held = this.#heldBy(worker);
    this.#timeline.worker(at, worker.name, pc.red(pc.bold(`SIGKILL ${how}`)));
    this.#timeline.more(at, pc.red(`in its hands: ${held.length > 0 ? list(held) : 'nothing'}`));
  }

  /** Adds what else is known of the last kill. */
  remark(text: string): void {
    this.#timeline.more(this.kills.at(-1)!.at, text);
  }

  /** Breaks off: whoever waits for something here, waits no more. */
  breakOff(reason: Error): void {
    this.#trouble ??= reason;
    for (const { reject } of this.#wishes.splice(0)) reject(reason);
  }

  /** Waits until all checkouts have ended. */
  allEnded(): Promise<void> {
    const isDone = (): boolean => this.runs.length === this.orders.length && this.runs.every(hasEnded);
    return this.until('all checkouts to end', isDone);
  }

  /** Waits for something that the tables will show. */
  until(what: string, isGranted: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#trouble) reject(this.#trouble);
      else this.#wishes.push({ what, isGranted, until: Date.now() + PATIENCE_MS, resolve, reject });
    });
  }

  /** Waits for something that the tables do not show, no longer than for what they do. */
  event<T>(what: string, happening: Promise<T>): Promise<T> {
    let isOver = false;
    const happened = happening.finally(() => {
      isOver = true;
    });
    return Promise.race([happened, this.until(what, () => isOver).then(() => happened)]);
  }

  /** Closes what is open still, and prints the rest of the timeline. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    this.#timeline.flush();
    await Promise.all(this.#workers.filter(({ isAlive }) => isAlive).map((worker) => worker.stop()));
  }

  async #watch(): Promise<void> {
    try {
      while (!this.#isOver) {
        await this.#look();
        this.#grant();
        this.#timeline.flush(this.#now());
        await delay(LOOK_MS);
      }
    } catch (error) {
      this.breakOff(error as Error);
    }
  }

  #grant(): void {
    for (const { obituary } of this.#workers) if (obituary) throw new Error(obituary);
    for (const wish of this.#wishes) {
      if (wish.isGranted()) wish.resolve();
      else if (Date.now() > wish.until) throw new Error(`Waited in vain for ${wish.what}`);
    }
    this.#wishes = this.#wishes.filter(({ isGranted }) => !isGranted());
  }

  async #look(): Promise<void> {
    const ids = this.orders.map(({ id }) => id);
    // Before the first order, the tables need not be there.
    if (ids.length === 0) return;
    const rows = await readRuns(this.#db, ids);
    const before = rows.map(({ id }) => this.#runs.get(id));
    this.#noteTakeovers(rows);
    for (const [i, row] of rows.entries()) this.#noteNews(row, before[i]);
  }

  #noteTakeovers(rows: readonly RunRow[]): void {
    const at = this.#now();
    const taken = new Map<string, Takeover[]>();
    for (const row of rows) {
      this.#runs.set(row.id, row);
      const to = this.#workers.find(({ pid }) => pid === row.pid);
      const key = `${row.id} ${row.epoch}`;
      if (!to || this.#holders.has(key)) continue;
      this.#holders.set(key, to.name);
      const from = this.kills.find(({ worker }) => worker.name === this.holder(row.id, row.epoch - 1));
      if (!from) continue;
      const byNewcomer = this.#workers.indexOf(to) >= from.started;
      const takeover = { run: row.id, to: to.name, from, afterMs: Math.round(at - from.at), byNewcomer };
      this.#toldAt.set(row.id, at);
      this.takeovers.push(takeover);
      this.keptSteps += row.steps.filter(({ kind, epoch }) => kind !== 'sleep' && epoch < row.epoch).length;
      taken.set(to.name, [...(taken.get(to.name) ?? []), takeover]);
    }
    for (const [to, takeovers] of taken) {
      const runs = list(takeovers.map(({ run }) => run));
      const { afterMs } = takeovers[0]!;
      this.#timeline.worker(at, to, pc.green(`takes over ${runs}, ${afterMs} ms after the kill`));
    }
  }

  #noteNews(row: RunRow, before: RunRow | undefined): void {
    for (const step of row.steps.slice(before?.steps.length ?? 0)) this.#tellOfStep(row, step);
    if (!hasEnded(row) || (before && hasEnded(before))) return;
    const outcome = row.outcome ?? row.state;
    this.#tell(row.id, row.endedAt!, this.holder(row.id, row.epoch), pc.bold(outcome));
  }

  #tellOfStep(row: RunRow, { name, kind, at, attempt, epoch, error }: RecordedStep): void {
    if (kind === 'sleep') return;
    const remarks = [
      ...(epoch > 1 ? [pc.green('recovered')] : []),
      ...(attempt > 1 ? [`attempt ${attempt}`] : []),
      ...(error ? [pc.yellow(error)] : []),
    ];
    this.#tell(row.id, at, this.holder(row.id, epoch), `${fill(name, 15)}${remarks.join('  ')}`.trimEnd());
  }

  /** Tells something of a run; never as if it were before what was told of it last, for clocks differ a little. */
  #tell(run: string, at: number, worker: string, text: string): void {
    const then = Math.max(at, this.#toldAt.get(run) ?? 0);
    this.#toldAt.set(run, then);
    this.#timeline.worker(then, worker, `${run}  ${text}`);
  }

  /** The runs that a worker has in hand; a killed one keeps them until another takes them. */
  #heldBy({ pid }: Worker): string[] {
    return this.runs.filter((run) => run.state === 'running' && run.pid === pid).map(({ id }) => id);
  }
}
