import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('../worker.ts', import.meta.url));

/** A process of the shop. */
interface Worker {
  readonly name: string;
  readonly process: ChildProcess;
}

/** The processes of the shop, some of which are killed. */
export class Workers {
  readonly #env: NodeJS.ProcessEnv;
  readonly #print: (line: string) => void;
  readonly #alive: Worker[] = [];
  #hired = 0;
  kills = 0;

  constructor(env: NodeJS.ProcessEnv, print: (line: string) => void) {
    this.#env = { ...process.env, ...env };
    this.#print = print;
  }

  /** Hires one more. Resolves when it takes orders. */
  async hire(): Promise<void> {
    const name = String.fromCharCode(65 + this.#hired++);
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER], {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#alive.push({ name, process: child });
    const died = once(child, 'exit').then(() => {
      throw new Error(`Worker ${name} ended before it was open`);
    });
    await Promise.race([once(child, 'message'), died]);
    died.catch(() => undefined);
    this.#print(`worker ${name} takes orders`);
  }

  /** Kills one, whatever it is at, and hires another in its place. */
  async killOne(): Promise<void> {
    const [victim] = this.#alive.splice(Math.floor(Math.random() * this.#alive.length), 1);
    const exited = once(victim!.process, 'exit');
    victim!.process.kill('SIGKILL');
    await exited;
    this.kills += 1;
    this.#print(`worker ${victim!.name} is killed (SIGKILL)`);
    await this.hire();
  }

  /** Lets all go home, each when it has done what it is at. */
  async dismiss(): Promise<void> {
    const gone = this.#alive.splice(0).map(async ({ process: child }) => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    });
    await Promise.all(gone);
  }
}
