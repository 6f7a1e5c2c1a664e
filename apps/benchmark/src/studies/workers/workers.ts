import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@holdfast/postgres';
import pg from 'pg';
import { dropDatabase, freshDatabase } from '../../measure/database.js';
import { readNow } from '../../measure/server.js';
import type { Ground, Study } from '../study.js';
import { startCrew } from './crew.js';
import { pileUp } from './pile.js';
import { type Activity, watchSessions } from './waits.js';
import type { Kind } from './worker.js';

const WORKERS = [1, 2, 3, 4] as const;
const FOR_MS = 4000;
/** What a launch begins is over by then. */
const REST_MS = 1000;
/** More than four workers do in the time. */
const JOBS = 60_000;
/** Processors that are busy for such a share of the time are what there is no more of. */
const BUSY = 0.9;

interface Figures extends Activity {
  readonly perSecond: number;
  /** In processors. */
  readonly clientCpu: number;
  readonly serverCpu: number;
}

/** One worker and more, on one database: how throughput grows, and what it is that ends that. */
export const workers: Study = {
  name: 'workers',
  title: 'From one worker process to four',
  isLong: false,
  async run(ground) {
    const rows: string[][] = [];
    const verdicts: string[] = [];
    for (const kind of ['steps', 'jobs'] as const) {
      const all: Figures[] = [];
      for (const count of WORKERS) {
        ground.say(`${kind}, ${count}`);
        const figures = await worked(ground, kind, count);
        all.push(figures);
        rows.push(shown(`${kind}, ${count}`, figures, all[0]!));
      }
      verdicts.push(`${kind}: ${verdictOn(all)}`);
    }
    return {
      columns: [
        ...['', 'units/s', 'of one', 'CPU of the workers', 'of the server', 'of'],
        ...['sessions at work', 'waiting for the log', 'for locks', 'for others'],
      ],
      rows,
      verdicts: [
        ...verdicts,
        'CPU is in processors; sessions are those found in pg_stat_activity, on average.',
      ],
    };
  },
};

async function worked(
  { serverUrl, postmaster, isQuick }: Ground,
  kind: Kind,
  count: number,
): Promise<Figures> {
  const url = await freshDatabase(serverUrl);
  const client = new pg.Client({ connectionString: url });
  try {
    await migrate(url);
    await client.connect();
    const pile = kind === 'jobs' ? await pileUp(url, isQuick ? JOBS / 4 : JOBS) : undefined;
    const forMs = isQuick ? FOR_MS / 8 : FOR_MS;
    const crew = await startCrew(url, kind, count);
    try {
      await delay(REST_MS);
      await pile?.release();
      const before = await readNow(client, postmaster);
      crew.begin();
      const beganMs = performance.now();
      const activity = await watchSessions(client, forMs);
      const ended = await crew.end();
      const tookMs = performance.now() - beganMs;
      const after = await readNow(client, postmaster);
      await Promise.all([crew.dismiss(), pile?.close()]);
      const sum = (of: 'units' | 'cpuMs'): number => ended.reduce((total, one) => total + one[of], 0);
      return {
        ...activity,
        perSecond: sum('units') / (tookMs / 1000),
        clientCpu: sum('cpuMs') / tookMs,
        serverCpu: (after.cpuMs - before.cpuMs) / tookMs,
      };
    } finally {
      crew.kill();
    }
  } finally {
    await client.end();
    await dropDatabase(serverUrl, url);
  }
}

function verdictOn(all: readonly Figures[]): string {
  const best = all.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  const share = (best.clientCpu + best.serverCpu) / cpus().length;
  const growth = `most with ${all.indexOf(best) + 1}, ${(best.perSecond / all[0]!.perSecond).toFixed(2)} x one`;
  if (share > BUSY)
    return `${growth}; then all processors are busy, ${percent(best.serverCpu / (best.clientCpu + best.serverCpu))} of that with the server.`;
  const waiting = { 'the log': best.log, locks: best.locks, 'others within the server': best.others };
  const [most] = Object.entries(waiting).sort(([, a], [, b]) => b - a);
  return `${growth}; the processors are busy for ${percent(share)} of the time, and most sessions that wait wait for ${most![0]}.`;
}

function shown(name: string, figures: Figures, one: Figures): string[] {
  const { perSecond, clientCpu, serverCpu, working, log, locks, others } = figures;
  return [
    name,
    Math.round(perSecond).toLocaleString('en'),
    `${(perSecond / one.perSecond).toFixed(2)} x`,
    clientCpu.toFixed(2),
    serverCpu.toFixed(2),
    String(cpus().length),
    ...[working, log, locks, others].map((sessions) => sessions.toFixed(1)),
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
