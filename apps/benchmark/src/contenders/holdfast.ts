import { createRegistry, Holdfast, queue, step, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { type Contender, Countdown, fromCallers, oneAfterAnother, untilOver } from '../contender.js';

/** Holdfast as its README has it: nothing is tuned. Each job is a durable run with a recorded step. */
export const holdfast: Contender = {
  name: 'Holdfast',
  package: '@holdfast/core',
  settings: 'defaults',
  node: 24,
  async prepare(url) {
    const registry = createRegistry();
    let done = new Countdown(0);
    const began = new Map<number, (atMs: number) => void>();
    const work = workflow('work', { registry }, async (steps: number) => {
      for (let n = 0; n < steps; n++) await step.run('step', () => n);
      return steps;
    });
    const job = workflow('job', { registry }, async (n: number) => {
      began.get(n)?.(performance.now());
      await step.run('step', () => n);
      done.one();
    });
    const jobQueue = queue('jobs', { registry });
    const app = new Holdfast({ store: postgres(url), registry });
    await app.launch();
    let jobsMade = 0;
    return {
      runs: ({ steps, ...how }) => untilOver(how, async () => (await app.start(work, [steps])).result()),
      async queueOneByOne({ jobs, callers }) {
        done = new Countdown(jobs);
        await fromCallers(jobs, callers, () => app.start(job, [jobsMade++], { queue: jobQueue }));
        await done.over;
      },
      async queueInBulk({ jobs }) {
        done = new Countdown(jobs);
        const args = Array.from({ length: jobs }, (): [number] => [jobsMade++]);
        await app.startMany(job, args, { queue: jobQueue });
        await done.over;
      },
      latencies: ({ samples }) =>
        oneAfterAnother(samples, (begins) => {
          began.set(jobsMade, begins);
          return app.start(job, [jobsMade++], { queue: jobQueue });
        }),
      close: () => app.shutdown({ drain: '5s' }),
    };
  },
};
