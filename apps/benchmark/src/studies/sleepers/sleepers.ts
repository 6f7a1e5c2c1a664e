import { fileURLToPath } from 'node:url';
import { migrate } from '@holdfast/postgres';
import pg from 'pg';
import { answerOf } from '../../measure/answer.js';
import { dropDatabase, freshDatabase } from '../../measure/database.js';
import { nodeFor } from '../../measure/node.js';
import { quantile } from '../../measure/statistics.js';
import type { Study } from '../study.js';
import { fallAsleep } from './asleep.js';
import type { Launched } from './launching.js';

const LAUNCHING = fileURLToPath(new URL('./launching.ts', import.meta.url));
const SLEEPERS = 1_000_000;
/** So many of them are due during the measurement, from so long after the launch has begun: a hundred a second. */
const DUE = { count: 1000, firstMs: 6000, apartMs: 10 };
const YEAR_MS = 365 * 86_400_000;
const MOST = { launchMs: 2000, memoryBytes: 50e6 };

/** A process beside a million runs that sleep, and beside none. */
export const sleepers: Study = {
  name: 'sleepers',
  title: `${SLEEPERS.toLocaleString('en')} sleeping runs`,
  isLong: false,
  async run({ serverUrl, isQuick, say }) {
    const count = isQuick ? SLEEPERS / 50 : SLEEPERS;
    const few = await beside(serverUrl, 0);
    say(`${count} runs fall asleep`);
    const many = await beside(serverUrl, count);
    const moreBytes = Math.max(0, many.heapBytes - few.heapBytes, many.rssBytes - few.rssBytes);
    return {
      columns: [
        'asleep',
        'launch, ms',
        'heap, MB',
        'resident, MB',
        `${DUE.count} wake late by, ms: p50`,
        'p95',
        'most',
      ],
      rows: [shown(0, few), shown(count, many)],
      marks: [
        { name: 'launch beside 1 M asleep', value: many.launchMs, most: MOST.launchMs, unit: 'ms' },
        { name: 'memory for them', value: moreBytes / 1e6, most: MOST.memoryBytes / 1e6, unit: 'MB' },
      ],
      verdicts: [
        `Launched ${many.launchMs < MOST.launchMs ? 'within' : 'after more than'} ${MOST.launchMs / 1000} s.`,
        `${moreBytes < MOST.memoryBytes ? 'Less' : 'More'} than ${MOST.memoryBytes / 1e6} MB of memory for them: ${mb(moreBytes)} MB more than beside none.`,
        `A hundred are due in each second. Memory is what the launch has added, after a collection.`,
      ],
    };
  },
};

/** Those that are due are there in either case. */
async function beside(serverUrl: string, count: number): Promise<Launched> {
  const url = await freshDatabase(serverUrl);
  try {
    await migrate(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await fallAsleep(client, { count, firstMs: YEAR_MS, apartMs: 1 });
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    await fallAsleep(client, DUE);
    await client.end();
    return await answerOf<Launched>(nodeFor(24), LAUNCHING, [url, String(DUE.count)], ['--expose-gc']);
  } finally {
    await dropDatabase(serverUrl, url);
  }
}

function shown(count: number, { launchMs, heapBytes, rssBytes, lateMs }: Launched): readonly string[] {
  const late = [0.5, 0.95, 1].map((share) => quantile(lateMs, share).toFixed(1));
  return [count.toLocaleString('en'), launchMs.toFixed(0), mb(heapBytes), mb(rssBytes), ...late];
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
