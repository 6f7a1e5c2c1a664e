import type { Prepared } from '../contender.js';
import { holdfast } from '../contenders/holdfast.js';
import { counted, quiet } from '../measure/counted.js';
import { dropDatabase, freshDatabase } from '../measure/database.js';
import { type Count, type Counted, counting, type Most } from './count.js';

const FOR_MS = 300;
const JOBS = 1000;
const WAKES = 10;

/** Holdfast in a workload, counted. It is done once before, as the first use prepares and connects. */
function ofWorkload(
  name: string,
  unit: string,
  most: Most,
  work: (prepared: Prepared) => Promise<{ readonly units: number }>,
): Counted {
  return {
    name,
    unit,
    most,
    async count(serverUrl): Promise<Count> {
      const url = await freshDatabase(serverUrl);
      const { proxy, url: throughProxy } = await counted(url);
      const prepared = await holdfast.prepare(throughProxy);
      try {
        await work(prepared);
        await quiet(proxy);
        return await counting(proxy, () => work(prepared));
      } finally {
        await prepared.close();
        await proxy.close();
        await dropDatabase(serverUrl, url);
      }
    },
  };
}

const each = (number: number): Most => ({ statements: number, roundTrips: number, commits: number });

/** The workloads of the benchmark. */
export const WORKLOAD_COUNTS: readonly Counted[] = [
  ofWorkload('100 runs of 5 steps at once', 'step', each(0.06), async ({ runs }) => ({
    units: 5 * (await runs!({ steps: 5, atOnce: 100, forMs: FOR_MS })),
  })),
  // A start, twenty steps and an end.
  ofWorkload('one run of 20 steps at a time', 'step', each(1.1), async ({ runs }) => ({
    units: 20 * (await runs!({ steps: 20, atOnce: 1, forMs: FOR_MS })),
  })),
  ofWorkload('enqueue one by one from 200 callers, and drain', 'job', each(0.06), async (prepared) => {
    await prepared.queueOneByOne!({ jobs: JOBS, callers: 200 });
    return { units: JOBS };
  }),
  ofWorkload('enqueue in bulk, and drain', 'job', each(0.06), async (prepared) => {
    await prepared.queueInBulk!({ jobs: JOBS });
    return { units: JOBS };
  }),
  // A start, a word of it, a claim, a step and an end.
  ofWorkload('enqueue to an idle worker', 'job', each(5), async (prepared) => {
    await prepared.latencies!({ samples: WAKES });
    return { units: WAKES };
  }),
];
