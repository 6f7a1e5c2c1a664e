import { setTimeout as delay } from 'node:timers/promises';
import { createRegistry, Holdfast, queue, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { counted, quiet } from '../measure/counted.js';
import { dropDatabase, freshDatabase } from '../measure/database.js';
import type { Study } from './study.js';

const QUEUES = 10;
const WATCHED_MS = 30_000;

/** What a process that has nothing to do says to the server. */
export const idle: Study = {
  name: 'idle',
  title: `An idle process with ${QUEUES} queues`,
  isLong: false,
  async run({ serverUrl, isQuick }) {
    const url = await freshDatabase(serverUrl);
    try {
      const forMs = isQuick ? WATCHED_MS / 10 : WATCHED_MS;
      const { statements, roundTrips } = await idleTraffic(url, forMs);
      const perSecond = statements / (forMs / 1000);
      return {
        columns: ['watched, s', 'statements', 'round trips', 'statements/s'],
        rows: [[String(forMs / 1000), String(statements), String(roundTrips), perSecond.toFixed(2)]],
        marks: [{ name: 'idle with ten queues', value: perSecond, most: 1, unit: 'statements/s' }],
        verdicts: [
          `${perSecond <= 1 ? 'One statement a second or fewer' : 'More than one statement a second'}.`,
        ],
      };
    } finally {
      await dropDatabase(serverUrl, url);
    }
  },
};

/** Counts what an app with its queues sends in so long, once it has come to rest. */
export async function idleTraffic(
  url: string,
  forMs: number,
): Promise<{ readonly statements: number; readonly roundTrips: number }> {
  const { proxy, url: throughProxy } = await counted(url);
  const registry = createRegistry();
  for (let n = 0; n < QUEUES; n++) queue(`queue-${n}`, { registry, concurrency: 10 });
  const work = workflow('work', { registry }, async () => 'done');
  const app = new Holdfast({ store: postgres(throughProxy), registry });
  await app.launch();
  try {
    // One run through each queue, so that all have been used.
    for (let n = 0; n < QUEUES; n++) await (await app.start(work, [], { queue: `queue-${n}` })).result();
    await quiet(proxy);
    proxy.reset();
    await delay(forMs);
    return { statements: proxy.statements.length, roundTrips: proxy.roundTrips };
  } finally {
    await app.shutdown();
    await proxy.close();
  }
}
