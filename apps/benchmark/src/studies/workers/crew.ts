import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeFor } from '../../measure/node.js';
import type { Kind, Worked } from './worker.js';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Several workers on one database. */
export interface Crew {
  /** Has all of them count from now on. */
  begin(): void;
  /** What each has done since. */
  end(): Promise<readonly Worked[]>;
  /** Lets them end. */
  dismiss(): Promise<void>;
  kill(): void;
}

/** Starts so many workers, which begin to work at once. */
export async function startCrew(url: string, kind: Kind, count: number): Promise<Crew> {
  const children = Array.from({ length: count }, () =>
    spawn(nodeFor(24), ['--import', 'tsx', WORKER, url, kind], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
  const tell = (word: string): void => {
    for (const child of children) child.send(word);
  };
  const kill = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  try {
    await Promise.all(children.map(heard));
  } catch (error) {
    kill();
    throw error;
  }
  return {
    begin: () => tell('begin'),
    async end() {
      const all = children.map(heard);
      tell('end');
      return (await Promise.all(all)) as readonly Worked[];
    },
    async dismiss() {
      const gone = children.map((child) => once(child, 'exit'));
      tell('dismissed');
      await Promise.all(gone);
    },
    kill,
  };
}

/** The next thing that a worker says. */
async function heard(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: over.signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal: over.signal }).then(([code]) => {
        throw new Error(`a worker ended with ${code}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}
