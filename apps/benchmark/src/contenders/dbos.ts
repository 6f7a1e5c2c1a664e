import { DBOS } from '@dbos-inc/dbos-sdk';
import { type Contender, Countdown, fromCallers, oneAfterAnother, untilOver } from '../contender.js';

/** DBOS Transact, with a larger pool than it has by default and its queue polled as often as it allows. */
export const dbos: Contender = {
  name: 'DBOS',
  package: '@dbos-inc/dbos-sdk',
  settings: 'pool of 20; queue polled every 100 ms, worker concurrency 100',
  node: 24,
  async prepare(url) {
    let done = new Countdown(0);
    const began = new Map<number, (atMs: number) => void>();
    const work = DBOS.registerWorkflow(
      async (steps: number) => {
        for (let n = 0; n < steps; n++) await DBOS.runStep(async () => n, { name: 'step' });
        return steps;
      },
      { name: 'work' },
    );
    const job = DBOS.registerWorkflow(
      async (n: number) => {
        began.get(n)?.(performance.now());
        await DBOS.runStep(async () => n, { name: 'step' });
        done.one();
      },
      { name: 'job' },
    );
    DBOS.setConfig({
      name: 'benchmark',
      systemDatabaseUrl: url,
      systemDatabasePoolSize: 20,
      logLevel: 'error',
    });
    await DBOS.launch();
    await DBOS.registerQueue('jobs', { workerConcurrency: 100, minPollingIntervalMs: 100 });
    let jobsMade = 0;
    const enqueue = (): Promise<unknown> => DBOS.startWorkflow(job, { queueName: 'jobs' })(jobsMade++);
    return {
      runs: ({ steps, ...how }) =>
        untilOver(how, async () => (await DBOS.startWorkflow(work)(steps)).getResult()),
      async queueOneByOne({ jobs, callers }) {
        done = new Countdown(jobs);
        await fromCallers(jobs, callers, enqueue);
        await done.over;
      },
      latencies: ({ samples }) =>
        oneAfterAnother(samples, (begins) => {
          began.set(jobsMade, begins);
          return enqueue();
        }),
      close: () => DBOS.shutdown(),
    };
  },
};
