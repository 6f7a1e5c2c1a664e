import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import { type Contender, Countdown, fromCallers, oneAfterAnother, untilOver } from '../contender.js';

/** OpenWorkflow, whose worker has no interval of polling to set. */
export const openworkflow: Contender = {
  name: 'OpenWorkflow',
  package: 'openworkflow',
  settings: 'concurrency 100',
  node: 24,
  async prepare(url) {
    const backend = await BackendPostgres.connect(url);
    const ow = new OpenWorkflow({ backend });
    let done = new Countdown(0);
    const ended = new Map<number, () => void>();
    const began = new Map<number, (atMs: number) => void>();
    let made = 0;
    const work = ow.defineWorkflow(
      { name: 'work' },
      async ({ input, step }: { input: { n: number; steps: number }; step: Step }) => {
        for (let n = 0; n < input.steps; n++) await step.run({ name: `step ${n}` }, async () => n);
        ended.get(input.n)?.();
        ended.delete(input.n);
        return input.steps;
      },
    );
    const job = ow.defineWorkflow(
      { name: 'job' },
      async ({ input, step }: { input: { n: number }; step: Step }) => {
        began.get(input.n)?.(performance.now());
        await step.run({ name: 'step' }, async () => input.n);
        done.one();
      },
    );
    const worker = ow.newWorker({ concurrency: 100 });
    await worker.start();
    return {
      runs: ({ steps, ...how }) =>
        untilOver(how, async () => {
          const n = made++;
          const end = new Promise<void>((resolve) => ended.set(n, resolve));
          await work.run({ n, steps });
          await end;
        }),
      async queueOneByOne({ jobs, callers }) {
        done = new Countdown(jobs);
        await fromCallers(jobs, callers, () => job.run({ n: made++ }));
        await done.over;
      },
      latencies: ({ samples }) =>
        oneAfterAnother(samples, (begins) => {
          began.set(made, begins);
          return job.run({ n: made++ });
        }),
      async close() {
        await worker.stop();
        await backend.stop();
      },
    };
  },
};

interface Step {
  run<T>(options: { name: string }, fn: () => Promise<T>): Promise<T>;
}
