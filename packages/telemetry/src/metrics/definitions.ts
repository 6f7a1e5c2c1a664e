/** What a metric is, whoever takes it. */
export interface MetricDefinition {
  /** As OpenTelemetry writes it: `holdfast.step.duration`. */
  readonly name: string;
  /** `counter`: grows. `histogram`: how values are spread. `gauge`: how things stand. */
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** As UCUM writes it: `s`, or what is counted, in braces. */
  readonly unit: string;
  readonly description: string;
  /** The attributes that its values have. */
  readonly attributes: readonly Attribute[];
  /** Where the buckets of a histogram end. */
  readonly buckets?: readonly number[];
}

/** The names that values are told apart by. None of them ever holds the id of a run: there would be no end of them. */
export type Attribute =
  | 'error.type'
  | 'holdfast.call.kind'
  | 'holdfast.queue'
  | 'holdfast.run.state'
  | 'holdfast.start.outcome'
  | 'holdfast.step'
  | 'holdfast.workflow';

/** From a millisecond to minutes: writes, steps. */
const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** From tenths of a second to days: runs. */
const LONG = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 604_800];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** Every metric there is. */
export const METRICS = {
  runsStarted: {
    name: 'holdfast.runs.started',
    kind: 'counter',
    unit: '{run}',
    description: 'Starts that this process made: of a new run, of one that was there already, or refused.',
    attributes: ['holdfast.workflow', 'holdfast.start.outcome'],
  },
  runsTakenUp: {
    name: 'holdfast.runs.taken_up',
    kind: 'counter',
    unit: '{run}',
    description:
      'How often this process took a run up: at first, when it was woken, or from another process.',
    attributes: ['holdfast.workflow'],
  },
  runsEnded: {
    name: 'holdfast.runs.ended',
    kind: 'counter',
    unit: '{run}',
    description: 'Runs that ended in this process.',
    attributes: ['holdfast.workflow', 'holdfast.run.state'],
  },
  runsLost: {
    name: 'holdfast.runs.lost',
    kind: 'counter',
    unit: '{run}',
    description:
      'Runs that this process had in hands and lost: they were cancelled, or another process has them.',
    attributes: ['holdfast.workflow'],
  },
  runsFreed: {
    name: 'holdfast.runs.freed',
    kind: 'counter',
    unit: '{run}',
    description: 'Runs of processes that died, freed by this one to be taken over.',
    attributes: [],
  },
  runDuration: {
    name: 'holdfast.run.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long runs took, from when they were first taken up until they ended.',
    attributes: ['holdfast.workflow', 'holdfast.run.state'],
    buckets: LONG,
  },
  runWait: {
    name: 'holdfast.run.wait.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'How long runs waited, from when they were recorded until they were first taken up. A delay counts.',
    attributes: ['holdfast.workflow', 'holdfast.queue'],
    buckets: LONG,
  },
  stepDuration: {
    name: 'holdfast.step.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long attempts of steps took. One that failed has an error type.',
    attributes: ['holdfast.workflow', 'holdfast.step', 'holdfast.call.kind', 'error.type'],
    buckets: SHORT,
  },
  stepRetries: {
    name: 'holdfast.step.retries',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts of steps that failed and are followed by another one.',
    attributes: ['holdfast.workflow', 'holdfast.step'],
  },
  commitDuration: {
    name: 'holdfast.commit.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long the store took to commit a batch of writes. One that failed has an error type.',
    attributes: ['error.type'],
    buckets: SHORT,
  },
  commitEntries: {
    name: 'holdfast.commit.entries',
    kind: 'histogram',
    unit: '{entry}',
    description: 'How many writes went into a batch.',
    attributes: [],
    buckets: SIZES,
  },
  claimDuration: {
    name: 'holdfast.claim.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long the store took to answer a claim. One that failed has an error type.',
    attributes: ['error.type'],
    buckets: SHORT,
  },
  claimedRuns: {
    name: 'holdfast.claim.runs',
    kind: 'counter',
    unit: '{run}',
    description: 'Runs that this process was given by claims.',
    attributes: [],
  },
  heldRuns: {
    name: 'holdfast.runs.held',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs in the memory of this process.',
    attributes: [],
  },
  executors: {
    name: 'holdfast.executors',
    kind: 'gauge',
    unit: '{executor}',
    description: 'Executors that hold a lease. Each process tells the same: take the largest, not the sum.',
    attributes: [],
  },
  runs: {
    name: 'holdfast.runs.recorded',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs in the store. Each process tells the same: take the largest, not the sum.',
    attributes: ['holdfast.workflow', 'holdfast.queue', 'holdfast.run.state'],
  },
  queueWaiting: {
    name: 'holdfast.queue.waiting',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs that are due and wait for their turn. Each process tells the same.',
    attributes: ['holdfast.queue'],
  },
  queueLater: {
    name: 'holdfast.queue.later',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs of a queue that are delayed, parked or paused. Each process tells the same.',
    attributes: ['holdfast.queue'],
  },
  queueInHands: {
    name: 'holdfast.queue.in_hands',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs that hold a slot of a queue. Each process tells the same.',
    attributes: ['holdfast.queue'],
  },
  queueOldest: {
    name: 'holdfast.queue.oldest.age',
    kind: 'gauge',
    unit: 's',
    description:
      'How long ago the first run that nobody has begun was recorded. Each process tells the same.',
    attributes: ['holdfast.queue'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricKey = keyof typeof METRICS;

/** What a value is told apart by. */
export type Labels = Partial<Readonly<Record<Attribute, string>>>;
