import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Order } from './order.js';

const LEASH = new URL('../leash.mjs', import.meta.url).href;
const TYPESCRIPT = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const OPENED = /^The shop is open at (\S+) \(process \d+\)$/m;

export interface WorkerOptions {
  /** The shop's `worker.ts`. */
  readonly script: URL;
  /** Changes to this process's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A process that runs the shop, to be killed. */
export class Worker {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';
  #url = '';
  #isDoomed = false;

  /** Starts a process. */
  constructor(name: string, { script, env }: WorkerOptions) {
    this.name = name;
    this.#child = spawn(
      process.execPath,
      ['--import', TYPESCRIPT, '--import', LEASH, fileURLToPath(script)],
      // In a group of its own, so that Ctrl-C in a terminal reaches the story alone.
      {
        env: { ...process.env, PORT: '0', ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        detached: true,
      },
    );
    this.#ended = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk;
      });
    }
  }

  /** Resolves when its shop is open. */
  async opened(): Promise<void> {
    while (!this.#url) {
      await Promise.race([once(this.#child.stdout!, 'data'), this.#ended]);
      if (this.obituary) throw new Error(this.obituary);
      this.#url = OPENED.exec(this.#output)?.[1] ?? '';
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#isDoomed;
  }

  /** What it wrote, if it ended and nobody asked it to. */
  get obituary(): string | undefined {
    const hasEnded = this.#child.exitCode !== null || this.#child.signalCode !== null;
    return hasEnded && !this.#isDoomed ? `Worker ${this.name} ended by itself.\n${this.#output}` : undefined;
  }

  /** Asks for an order. @throws Error if the shop does not take it, or is not there any more. */
  async checkout(order: Order): Promise<void> {
    const response = await this.fetch('checkout', { method: 'POST', body: JSON.stringify(order) });
    if (response.status !== 202)
      throw new Error(`The shop answered ${response.status}: ${await response.text()}`);
  }

  /** What the shop knows of an order. */
  async order(id: string): Promise<unknown> {
    return (await this.fetch(`orders/${id}`)).json();
  }

  /** Asks the shop over HTTP. */
  fetch(path: string, request?: RequestInit): Promise<Response> {
    return fetch(`${this.#url}/${path}`, request);
  }

  /** `kill -9`: the signal is on its way when this returns, and the process is gone when it resolves. */
  kill(): Promise<unknown> {
    return this.#end('SIGKILL');
  }

  /** Asks it to close. */
  stop(): Promise<unknown> {
    return this.#end('SIGTERM');
  }

  #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<unknown> {
    this.#isDoomed = true;
    this.#child.kill(signal);
    return this.#ended;
  }
}
