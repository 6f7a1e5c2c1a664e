import { execFileSync } from 'node:child_process';
import { Absurd } from 'absurd-sdk';
import pg from 'pg';
import { type Contender, Countdown, fromCallers, oneAfterAnother, untilOver } from '../contender.js';

/** Absurd. Its schema comes with its command, which is a Python package. */
export const absurd: Contender = {
  name: 'absurd',
  package: 'absurd-sdk',
  settings: 'concurrency 100, batches of 100, polled every 10 ms',
  node: 24,
  async prepare(url) {
    await makeSchema(url);
    const pool = new pg.Pool({ connectionString: url, max: 20 });
    const app = new Absurd({ db: pool, queueName: 'jobs' });
    await app.createQueue('jobs');
    let done = new Countdown(0);
    const ended = new Map<number, () => void>();
    const began = new Map<number, (atMs: number) => void>();
    let made = 0;
    app.registerTask<{ n: number; steps: number }>({ name: 'work' }, async ({ n, steps }, ctx) => {
      for (let step = 0; step < steps; step++) await ctx.step(`step ${step}`, async () => step);
      ended.get(n)?.();
      ended.delete(n);
      return steps;
    });
    app.registerTask<{ n: number }>({ name: 'job' }, async ({ n }, ctx) => {
      began.get(n)?.(performance.now());
      await ctx.step('step', async () => n);
      done.one();
    });
    const worker = await app.startWorker({ concurrency: 100, batchSize: 100, pollInterval: 0.01 });
    return {
      runs: ({ steps, ...how }) =>
        untilOver(how, async () => {
          const n = made++;
          const end = new Promise<void>((resolve) => ended.set(n, resolve));
          await app.spawn('work', { n, steps });
          await end;
        }),
      async queueOneByOne({ jobs, callers }) {
        done = new Countdown(jobs);
        await fromCallers(jobs, callers, () => app.spawn('job', { n: made++ }));
        await done.over;
      },
      latencies: ({ samples }) =>
        oneAfterAnother(samples, (begins) => {
          began.set(made, begins);
          return app.spawn('job', { n: made++ });
        }),
      async close() {
        await worker.close();
        await pool.end();
      },
    };
  },
};

async function makeSchema(url: string): Promise<void> {
  const print = 'import absurdctl; print(absurdctl.BUNDLED_SCHEMA_SQL)';
  const sql = execFileSync('python3', ['-c', print], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
