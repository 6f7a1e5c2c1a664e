import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { counted, quiet } from '../../measure/counted.js';
import { dropDatabase, freshDatabase } from '../../measure/database.js';
import { median } from '../../measure/statistics.js';
import type { Study } from '../study.js';
import { longRuns } from './long-run.js';

const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));

const STEPS = 1000;
const TIMES = 9;
const MOST_MS = 50;

/** A run with a long journal whose process died: what it takes to bring it to where it was. */
export const replay: Study = {
  name: 'replay',
  title: `A run of ${STEPS} steps is taken up again`,
  isLong: false,
  async run({ serverUrl, isQuick }) {
    const url = await freshDatabase(serverUrl);
    try {
      const found: TakenUp[] = [];
      for (let time = 0; time < (isQuick ? 1 : TIMES); time++) found.push(await takeUp(url, STEPS));
      const { reads } = await takeUp(url, STEPS, { isCounted: true });
      const cpuMs = median(found.map((one) => one.cpuMs));
      return {
        columns: [
          'reads of journals',
          'CPU of the process, ms, median',
          'the first time',
          'from the kill to the end, ms',
        ],
        rows: [
          [
            String(reads),
            cpuMs.toFixed(1),
            found[0]!.cpuMs.toFixed(1),
            median(found.map((one) => one.tookMs)).toFixed(1),
          ],
        ],
        marks: [{ name: `replay of ${STEPS} steps`, value: cpuMs, most: MOST_MS, unit: 'ms' }],
        verdicts: [
          reads === 1 ? 'One read.' : `${reads} reads.`,
          `${cpuMs <= MOST_MS ? 'Within' : 'More than'} ${MOST_MS} ms of our own time.`,
        ],
      };
    } finally {
      await dropDatabase(serverUrl, url);
    }
  },
};

interface TakenUp {
  readonly reads: number;
  readonly cpuMs: number;
  readonly tookMs: number;
}

let made = 0;

/**
 * Lets a process get as far as the last step but one, kills it, and has this one take the run up and end it. This process
 * has nothing else to do meanwhile, so its CPU is what the replay takes, with the claim and the last two writes.
 *
 * @param isCounted whether a proxy counts reads: that takes CPU, so `cpuMs` means nothing then.
 */
export async function takeUp(
  url: string,
  steps: number,
  { isCounted = false }: { readonly isCounted?: boolean } = {},
): Promise<TakenUp> {
  const id = `long-${made++}`;
  const victim = await victimAtTheEnd(url, id, steps);
  const { proxy, url: countedUrl } = await counted(url);
  const { app } = longRuns(isCounted ? countedUrl : url, async () => undefined);
  try {
    await app.launch();
    await quiet(proxy);
    proxy.reset();
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    victim.kill('SIGKILL');
    await app.handle(id).result();
    const tookMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(cpu);
    const reads = proxy.count(/^\s*select[\s\S]*\bsteps\b/i);
    return { reads, cpuMs: (user + system) / 1000, tookMs };
  } finally {
    victim.kill('SIGKILL');
    await app.shutdown();
    await proxy.close();
  }
}

async function victimAtTheEnd(url: string, id: string, steps: number): Promise<ChildProcess> {
  const victim = spawn(process.execPath, ['--import', 'tsx', VICTIM, url, id, String(steps)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(victim, 'message');
  return victim;
}
