import { dropDatabase, freshDatabase } from './database.js';
import { type MeasuredTask, startMeasured } from './measured-process.js';
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
export interface Setting extends Omit<MeasuredTask, 'url'> {
  readonly serverUrl: string;
  readonly postmaster: number;
  /** Does something to the database before. */
  readonly prepare?: (url: string) => Promise<void>;
}

/** Measures once, in a process and a database of its own. Undefined for a contender that knows nothing of the kind. */
export async function measure(setting: Setting): Promise<Measurement | undefined> {
  const { serverUrl, postmaster } = setting;
  const url = await freshDatabase(serverUrl);
  try {
    await setting.prepare?.(url);
    const measured = await startMeasured({ ...setting, url });
    if (!measured) return undefined;
    try {
      const before = await readCounters(url, postmaster);
      const { units, tookMs, waitsMs, cpuMs } = await measured.go();
      const after = await readCounters(url, postmaster);
      await measured.close();
      return {
        units,
        tookMs,
        waitsMs,
        commits: after.commits - before.commits,
        walBytes: after.walBytes - before.walBytes,
        cpuMs: { client: cpuMs, server: after.cpuMs - before.cpuMs },
      };
    } finally {
      measured.kill();
    }
  } finally {
    await dropDatabase(serverUrl, url);
  }
}
