import type { Prepared } from './contender.js';

/** What a measured piece of work gave. */
export interface Yield {
  /** How many units were done: steps, jobs or rows. */
  readonly units: number;
  /** For workloads that measure waits: each of them, in milliseconds. */
  readonly waitsMs?: readonly number[];
}

/** How large the workloads are. */
export interface Size {
  readonly forMs: number;
  readonly jobs: number;
  readonly samples: number;
}

export const SIZES = {
  whole: { forMs: 4000, jobs: 5000, samples: 60 },
  /** One of several that take turns. */
  slice: { forMs: 1000, jobs: 1000, samples: 10 },
  quick: { forMs: 300, jobs: 200, samples: 5 },
} as const satisfies Record<string, Size>;

export type SizeName = keyof typeof SIZES;

/** One row of the table. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is counted. */
  readonly unit: string;
  /** What is shown: units in a second, milliseconds for each unit, or the waits. */
  readonly shows: 'rate' | 'time' | 'waits';
  /** Does it, if the contender can. */
  run(contender: Prepared, size: Size): Promise<Yield> | undefined;
}

const STEPS = 5;

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'steps',
    title: '100 runs of 5 steps at once',
    unit: 'step',
    shows: 'rate',
    run: ({ runs, rows }, { forMs }) =>
      runs
        ? runs({ steps: STEPS, atOnce: 100, forMs }).then((ended) => ({ units: ended * STEPS }))
        : rows?.({ batch: 100, forMs }).then((units) => ({ units })),
  },
  {
    name: 'alone',
    title: 'one run of 20 steps at a time',
    unit: 'step',
    shows: 'time',
    run: ({ runs, rows }, { forMs }) =>
      runs
        ? runs({ steps: 20, atOnce: 1, forMs }).then((ended) => ({ units: ended * 20 }))
        : rows?.({ batch: 1, forMs }).then((units) => ({ units })),
  },
  {
    name: 'queue',
    title: 'enqueue one by one from 200 callers, and drain',
    unit: 'job',
    shows: 'rate',
    run: (contender, { jobs }) =>
      contender.queueOneByOne?.({ jobs, callers: 200 }).then(() => ({ units: jobs })),
  },
  {
    name: 'bulk',
    title: 'enqueue in bulk, and drain',
    unit: 'job',
    shows: 'rate',
    run: (contender, { jobs }) => contender.queueInBulk?.({ jobs }).then(() => ({ units: jobs })),
  },
  {
    name: 'wake',
    title: 'enqueue to the first line of the body, idle worker',
    unit: 'job',
    shows: 'waits',
    run: (contender, { samples }) =>
      contender.latencies?.({ samples }).then((waitsMs) => ({ units: samples, waitsMs })),
  },
];
