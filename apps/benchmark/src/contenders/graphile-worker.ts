import { makeWorkerUtils, run } from 'graphile-worker';
import { type Contender, Countdown, fromCallers, oneAfterAnother } from '../contender.js';

/** Graphile Worker: a job queue without durable steps. */
function graphileWorker(name: string, settings: string, batched: boolean): Contender {
  return {
    name,
    package: 'graphile-worker',
    settings,
    node: 24,
    async prepare(url) {
      let done = new Countdown(0);
      const began = new Map<number, (atMs: number) => void>();
      let made = 0;
      const utils = await makeWorkerUtils({ connectionString: url, maxPoolSize: 20 });
      await utils.migrate();
      const runner = await run({
        connectionString: url,
        maxPoolSize: 20,
        concurrency: 100,
        noHandleSignals: true,
        taskList: {
          job: async (payload) => {
            began.get((payload as { n: number }).n)?.(performance.now());
            done.one();
          },
        },
        ...(batched && {
          preset: {
            worker: {
              localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
              completeJobBatchDelay: 0,
              failJobBatchDelay: 0,
            },
          },
        }),
      });
      return {
        async queueOneByOne({ jobs, callers }) {
          done = new Countdown(jobs);
          await fromCallers(jobs, callers, () => utils.addJob('job', { n: made++ }));
          await done.over;
        },
        async queueInBulk({ jobs }) {
          done = new Countdown(jobs);
          await utils.addJobs(
            Array.from({ length: jobs }, () => ({ identifier: 'job', payload: { n: made++ } })),
          );
          await done.over;
        },
        latencies: ({ samples }) =>
          oneAfterAnother(samples, (begins) => {
            began.set(made, begins);
            return utils.addJob('job', { n: made++ });
          }),
        async close() {
          await runner.stop();
          await utils.release();
        },
      };
    },
  };
}

export const graphileWorkerPlain = graphileWorker('graphile-worker', 'concurrency 100, pool of 20', false);
export const graphileWorkerBatched = graphileWorker(
  'graphile-worker, batched',
  'the same with a local queue of 500 and batched completion',
  true,
);
