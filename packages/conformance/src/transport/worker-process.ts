import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FromWorker, ToWorker, WorkerConfig } from './messages.js';

/** How a process ended: by a signal, or with an exit code. */
export type Ending = NodeJS.Signals | number;

/** A process that receives deliveries. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  readonly exited: Promise<Ending>;
  /** Its address, when it receives. */
  readonly ready: Promise<unknown>;
  /** Resolves when it takes in nothing more. */
  readonly closing: Promise<void>;
  /** The most starts that were ever under way in it at a time. */
  mostStarting = 0;

  constructor(file: string, config: WorkerConfig) {
    const args = ['--import', 'tsx', file, JSON.stringify(config)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.exited = once(this.#child, 'exit').then(([code, signal]) => (signal ?? code) as Ending);
    // What is sent to a process that is gone is sent in vain, and no more than that.
    this.#child.on('error', () => undefined);
    this.closing = this.#told('closing').then(() => undefined);
    this.ready = Promise.race([
      this.#told('ready').then(({ address }) => address),
      this.exited.then((ending) => Promise.reject(new Error(`the worker ended early: ${ending}`))),
    ]);
    this.ready.catch(() => undefined);
    this.#child.on('message', (message: FromWorker) => {
      if (message.kind !== 'starting') return;
      this.mostStarting = Math.max(this.mostStarting, message.most);
      for (const look of this.#watchers) look();
    });
  }

  /** Lets those pass that wait at its gate. */
  open(): void {
    this.#send({ kind: 'open' });
  }

  /** Tells it to take in nothing more, and to end. Resolves when it has heard. */
  async close(): Promise<void> {
    this.#send({ kind: 'close' });
    await this.closing;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when so many starts are under way at a time, or were. */
  starting(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.mostStarting < count) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #told<Kind extends FromWorker['kind']>(kind: Kind): Promise<Extract<FromWorker, { kind: Kind }>> {
    return new Promise((resolve) => {
      this.#child.on('message', (message: FromWorker) => {
        if (message.kind === kind) resolve(message as Extract<FromWorker, { kind: Kind }>);
      });
    });
  }
}
