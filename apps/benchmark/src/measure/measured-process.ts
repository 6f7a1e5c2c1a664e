import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromMeasured } from '../messages.js';
import type { SizeName } from '../workloads.js';

/** What a process is to measure, and on what. */
export interface MeasuredTask {
  /** The Node to run it on. */
  readonly node: string;
  readonly contender: string;
  readonly workload: string;
  readonly size: SizeName;
  readonly url: string;
}

/** What one go of it gave. */
export type Done = Omit<Extract<FromMeasured, { readonly kind: 'done' }>, 'kind'>;

/** A process that is ready to measure, as often as it is told to. */
export interface MeasuredProcess {
  go(): Promise<Done>;
  /** Ends it well, and waits for that. */
  close(): Promise<void>;
  kill(): void;
}

const MAIN = fileURLToPath(new URL('../measured.ts', import.meta.url));
/** How long a contender may take for anything. */
const PATIENCE_MS = 180_000;

/** Starts a process and waits until it is ready. Undefined for a contender that knows nothing of the kind. */
export async function startMeasured(task: MeasuredTask): Promise<MeasuredProcess | undefined> {
  const { node, contender, workload, size, url } = task;
  const child = spawn(node, ['--import', 'tsx', MAIN, contender, url, workload, size], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-2000);
  });
  const next = async (): Promise<FromMeasured> => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    try {
      return await Promise.race([
        once(child, 'message', { signal: late.signal }).then(([message]) => message as FromMeasured),
        once(child, 'exit', { signal: late.signal }).then(([code]) => {
          throw new Error(`it ended with ${code}: ${said.trim().split('\n').at(-1)}`);
        }),
      ]);
    } finally {
      clearTimeout(timer);
      late.abort();
    }
  };
  const kill = (): void => void child.kill('SIGKILL');
  try {
    const first = await next();
    if (first.kind === 'cannot') return undefined;
  } catch (error) {
    kill();
    throw error;
  }
  return {
    async go() {
      child.send('go');
      const done = await next();
      if (done.kind !== 'done') throw new Error(`${contender} said ${done.kind}`);
      return done;
    },
    async close() {
      child.send('close');
      await once(child, 'exit');
    },
    kill,
  };
}
