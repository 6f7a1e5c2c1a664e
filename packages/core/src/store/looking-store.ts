import type { Payload } from '../replay/index.js';
import type { RunRecord, RunState } from './run.js';

/** How many runs of a workflow are in a state, in a queue or in none. */
export interface RunCount {
  readonly workflow: string;
  readonly queue: string | null;
  readonly state: RunState;
  readonly runs: number;
}

/** A span of time: from `fromMs` on, and before `toMs`; null for no limit. */
export interface TimeSpan {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Which runs are looked for. Those that match all that is not null; a list matches what is in it. */
export interface RunCriteria {
  readonly ids: readonly string[] | null;
  readonly idPrefixes: readonly string[] | null;
  readonly workflows: readonly string[] | null;
  readonly states: readonly RunState[] | null;
  readonly versions: readonly string[] | null;
  readonly executorIds: readonly string[] | null;
  readonly queues: readonly string[] | null;
  readonly partitionKeys: readonly string[] | null;
  readonly deduplicationKeys: readonly string[] | null;
  readonly parentIds: readonly string[] | null;
  readonly forkedFrom: readonly string[] | null;
  readonly schedules: readonly string[] | null;
  /** JSON text of an object that their tags contain. */
  readonly tags: string | null;
  readonly hasQueue: boolean | null;
  readonly hasParent: boolean | null;
  readonly isFork: boolean | null;
  readonly created: TimeSpan;
  readonly started: TimeSpan;
  readonly completed: TimeSpan;
}

/** A place between two runs, in the order in which they were recorded. */
export interface RunPosition {
  /** When the run before it was recorded, in whole microseconds since 1970, as digits. */
  readonly createdAtMicros: string;
  readonly id: string;
}

/** A part of a list of runs. */
export interface RunPageRequest {
  readonly criteria: RunCriteria;
  readonly order: 'newest' | 'oldest';
  /** Where the part before it ended; null for the first. */
  readonly after: RunPosition | null;
  readonly limit: number;
  /** Whether inputs, outputs and errors are wanted. */
  readonly withPayloads: boolean;
}

/** A run in a list. Without payloads, `input` is null too. */
export interface ListedRun extends Omit<RunRecord, 'input'> {
  readonly input: Payload | null;
}

/** A part of a list of runs, and where it ends; null if nothing is left. */
export interface RunPage {
  readonly runs: readonly ListedRun[];
  readonly next: RunPosition | null;
}

/** What a store offers to whoever looks at many runs. */
export interface LookingStore {
  /** Runs in the order in which they were recorded. */
  list(request: RunPageRequest): Promise<RunPage>;
  /** How many runs there are, all as of one moment. What there is none of is left out. */
  counts(): Promise<readonly RunCount[]>;
  /** Sums up what was noted of runs that ended, so that counting them stays cheap. To be done now and then. */
  sumUp(): Promise<void>;
}
