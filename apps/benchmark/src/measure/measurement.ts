import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromMeasured } from '../messages.js';
import { dropDatabase, freshDatabase } from './database.js';
import { readCounters } from './server.js';

/** One measurement. */
export interface Measurement {
  readonly units: number;
  readonly tookMs: number;
  readonly waitsMs: readonly number[];
  readonly commits: number;
  readonly walBytes: number;
  /** Of the measured process, and of the server. */
  readonly cpuMs: { readonly client: number; readonly server: number };
}

/** What is measured, and on what. */
export interface Setting {
  readonly serverUrl: string;
  readonly postmaster: number;
  /** The Node to run it on. */
  readonly node: string;
  readonly contender: string;
  readonly workload: string;
  readonly size: 'quick' | 'whole';
  /** Does something to the database before. */
  readonly prepare?: (url: string) => Promise<void>;
}

const MAIN = fileURLToPath(new URL('../measured.ts', import.meta.url));
/** How long a contender may take for anything. */
const PATIENCE_MS = 180_000;

/** Measures once, in a process and a database of its own. Undefined for a contender that knows nothing of the kind. */
export async function measure(setting: Setting): Promise<Measurement | undefined> {
  const url = await freshDatabase(setting.serverUrl);
  await setting.prepare?.(url);
  const child = spawn(
    setting.node,
    ['--import', 'tsx', MAIN, setting.contender, url, setting.workload, setting.size],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let said = '';
  child.stderr!.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-2000);
  });
  try {
    const first = await next(child, () => said);
    if (first.kind === 'cannot') return undefined;
    const before = await readCounters(url, setting.postmaster);
    child.send('go');
    const done = await next(child, () => said);
    if (done.kind !== 'done') throw new Error(`${setting.contender} said ${done.kind}`);
    const after = await readCounters(url, setting.postmaster);
    child.send('close');
    await once(child, 'exit');
    return {
      units: done.units,
      tookMs: done.tookMs,
      waitsMs: done.waitsMs,
      commits: after.commits - before.commits,
      walBytes: after.walBytes - before.walBytes,
      cpuMs: { client: done.cpuMs, server: after.cpuMs - before.cpuMs },
    };
  } finally {
    child.kill('SIGKILL');
    await dropDatabase(setting.serverUrl, url);
  }
}

async function next(child: ChildProcess, said: () => string): Promise<FromMeasured> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE_MS);
  try {
    return await Promise.race([
      once(child, 'message', { signal: late.signal }).then(([message]) => message as FromMeasured),
      once(child, 'exit', { signal: late.signal }).then(([code]) => {
        throw new Error(`it ended with ${code}: ${said().trim().split('\n').at(-1)}`);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}
