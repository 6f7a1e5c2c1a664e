import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Invocation } from './invocation.js';

/** How long it may take to stop before it is killed: a bit more than an app that drains takes by itself. */
const PATIENCE_MS = 12_000;

const HAS_GROUPS = process.platform !== 'win32';

/** The user's app as a process, started and stopped as often as need be: never is there more than one. */
export class App {
  readonly #invocation: Invocation;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #tell: (line: string) => void;
  #child: ChildProcess | undefined;
  #isWanted = false;
  #turn: Promise<void> = Promise.resolve();
  #restarts = 0;

  constructor(
    invocation: Invocation,
    env: Readonly<Record<string, string | undefined>>,
    tell: (line: string) => void,
  ) {
    this.#invocation = invocation;
    this.#env = env;
    this.#tell = tell;
  }

  /** Starts it, once the one that runs has stopped. Asked again meanwhile, it starts once. */
  restart(): void {
    this.#isWanted = true;
    const mine = ++this.#restarts;
    this.#inTurn(async () => {
      if (mine !== this.#restarts) return;
      await this.#end();
      if (this.#isWanted) this.#begin();
    });
  }

  /** Stops it for good. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#inTurn(() => this.#end());
    await this.#turn;
  }

  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work);
  }

  #begin(): void {
    const { command, args, shell } = this.#invocation;
    // A group of its own, so that a signal reaches it once, and all that it started.
    const child = spawn(command, args, { stdio: 'inherit', env: this.#env, detached: HAS_GROUPS, shell });
    this.#child = child;
    child.on('error', (error) => {
      this.#tell(`${command} could not be started: ${error.message}`);
      if (this.#child === child) this.#child = undefined;
    });
    child.on('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#tell(`it ended ${signal ? `by ${signal}` : `with exit code ${code}`}; waiting for a change`);
    });
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child?.pid) return;
    const exit =
      child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
    signal(child.pid, 'SIGTERM');
    const timer = setTimeout(() => {
      this.#tell('it did not stop, and is killed');
      signal(child.pid!, 'SIGKILL');
    }, PATIENCE_MS);
    await exit;
    clearTimeout(timer);
    // What it started and left behind would hold its ports.
    signal(child.pid, 'SIGKILL');
  }
}

/** Signals a process and what it started. One that is gone needs none. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(HAS_GROUPS ? -pid : pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
