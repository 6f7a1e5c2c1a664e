import { PgBoss } from 'pg-boss';
import { type Contender, Countdown, fromCallers, oneAfterAnother } from '../contender.js';

/** pg-boss: a job queue without durable steps. */
export const pgBoss: Contender = {
  name: 'pg-boss',
  package: 'pg-boss',
  settings: 'pool of 20, batches of 100, polled every 0.5 s (the shortest it takes)',
  node: 24,
  async prepare(url) {
    const boss = new PgBoss({ connectionString: url, max: 20 });
    await boss.start();
    await boss.createQueue('job');
    let done = new Countdown(0);
    const began = new Map<number, (atMs: number) => void>();
    let made = 0;
    await boss.work<{ n: number }>('job', { batchSize: 100, pollingIntervalSeconds: 0.5 }, async (jobs) => {
      for (const { data } of jobs) {
        began.get(data.n)?.(performance.now());
        done.one();
      }
    });
    return {
      async queueOneByOne({ jobs, callers }) {
        done = new Countdown(jobs);
        await fromCallers(jobs, callers, () => boss.send('job', { n: made++ }));
        await done.over;
      },
      async queueInBulk({ jobs }) {
        done = new Countdown(jobs);
        await boss.insert(
          'job',
          Array.from({ length: jobs }, () => ({ data: { n: made++ } })),
        );
        await done.over;
      },
      latencies: ({ samples }) =>
        oneAfterAnother(samples, (begins) => {
          began.set(made, begins);
          return boss.send('job', { n: made++ });
        }),
      close: () => boss.stop({ graceful: false }),
    };
  },
};
