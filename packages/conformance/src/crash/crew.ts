import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { sharedClockMs } from './ledger.js';
import type { FromWorker, RunOrder, ToWorker, WorkerConfig } from './messages.js';

/** A process that runs workflows until it is killed. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, () => void>();
  readonly exited: Promise<unknown>;
  /** Resolves when its app is launched; never, if it dies before. */
  readonly ready: Promise<void>;
  /** How long it took to get there, in milliseconds. */
  launchMs: number | undefined;
  isDead = false;
  /** When it was told to die, by the clock that the ledger goes by. */
  killedAtMs: number | undefined;

  constructor(file: string, config: WorkerConfig) {
    const hiredAt = performance.now();
    const args = ['--import', 'tsx', file, JSON.stringify(config)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.exited = once(this.#child, 'exit').then(() => {
      this.isDead = true;
    });
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (message: FromWorker) => {
        if (message.kind === 'started') return this.#waiting.get(message.order)?.();
        this.launchMs = performance.now() - hiredAt;
        resolve();
      });
    });
    // What is sent to a process that is gone is sent in vain, and no more than that.
    this.#child.on('error', () => undefined);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL') {
      this.isDead = true;
      this.killedAtMs ??= sharedClockMs();
    }
    this.#child.kill(signal);
  }

  send(message: ToWorker): void {
    if (!this.isDead) this.#child.send(message, () => undefined);
  }

  /** Asks it to start runs. Answers whether it lived to say that it has. */
  async start(order: number, runs: readonly RunOrder[]): Promise<boolean> {
    const started = new Promise<boolean>((resolve) => this.#waiting.set(order, () => resolve(true)));
    this.send({ kind: 'start', order, runs });
    return Promise.race([started, this.exited.then(() => false)]);
  }
}

/** The processes of one test. */
export class Crew {
  readonly #file: string;
  readonly #config: WorkerConfig;
  readonly #workers: Worker[] = [];
  #orders = 0;

  constructor(file: string, config: WorkerConfig) {
    this.#file = file;
    this.#config = config;
  }

  get ready(): readonly Worker[] {
    return this.#workers.filter(({ launchMs, isDead }) => launchMs !== undefined && !isDead);
  }

  /** How long workers took to be ready, in milliseconds. */
  get launches(): readonly number[] {
    return this.#workers.flatMap(({ launchMs }) => launchMs ?? []);
  }

  /** When each process that was killed was. */
  get killedAtMs(): ReadonlyMap<number, number> {
    return new Map(
      this.#workers.flatMap(({ pid, killedAtMs }) => (killedAtMs === undefined ? [] : [[pid, killedAtMs]])),
    );
  }

  hire(): Worker {
    const worker = new Worker(this.#file, this.#config);
    this.#workers.push(worker);
    return worker;
  }

  async hireReady(): Promise<Worker> {
    const worker = this.hire();
    await worker.ready;
    return worker;
  }

  /** Resolves when so many of those hired so far are ready. */
  async atLeast(count: number): Promise<void> {
    while (this.ready.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Starts runs on whoever lives to do it. The same order may be given twice: that starts nothing twice. */
  async start(runs: readonly RunOrder[], pick: (ready: readonly Worker[]) => Worker): Promise<void> {
    for (let isStarted = false; !isStarted; ) {
      await this.atLeast(1);
      isStarted = await pick(this.ready).start(this.#orders++, runs);
    }
  }

  async disband(): Promise<void> {
    for (const worker of this.#workers) worker.signal('SIGKILL');
    await Promise.all(this.#workers.map(({ exited }) => exited));
  }
}
