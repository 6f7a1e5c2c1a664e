import type { Constructor, Recipe } from '../codec/index.js';
import type { NamedInstance, Queue, Registry, Schedule, Workflow } from '../define/index.js';
import type { Logger, Telemetry } from '../engine/index.js';
import type { Store } from '../store/index.js';
import type { Clock, Duration } from '../time/index.js';
import type { ControlStartOptions } from './control-options.js';
import type { OneOrMore } from './one-or-more.js';
import type { RetentionRule } from './retention.js';

/** A class and the name that stands for it in stored values. */
export interface NamedClass {
  readonly name: string;
  readonly class: Constructor;
}

/** What an app is made with. */
export interface HoldfastOptions {
  /** Where runs live: `postgres(url)` of `@holdfast/postgres`, or `memoryStore()`. */
  readonly store: Store;
  /** What this app runs: workflows, instances and classes with decorated ones. Default: all of the registry. */
  readonly workflows?: readonly (Workflow<never, unknown> | NamedInstance | object)[];
  /** Queues whose definitions this app writes into the store. Default: all of the registry. */
  readonly queues?: readonly Queue[];
  /** Schedules whose definitions this app writes into the store. Default: those of the registry for its workflows. */
  readonly schedules?: readonly Schedule[];
  /**
   * Which runs that have ended are deleted, a thousand at a time, about once a minute: `{ after: '30 days' }`, or several
   * rules. A run goes as soon as one rule says so. Default: none.
   */
  readonly retention?: OneOrMore<RetentionRule>;
  /** The queues that this app takes runs from. Default: all there are. Runs without a queue are always taken. */
  readonly serve?: readonly (Queue | string)[];
  /** Where definitions are found. Default: the process's own registry. */
  readonly registry?: Registry;
  /** The version of workflows that name none. Default `'1'`. */
  readonly version?: string;
  /** How long this process may be silent before others take over its runs. Default `'10s'`. */
  readonly lease?: Duration;
  /** How long a run that only waits stays in memory. Default `'1s'`. */
  readonly parkAfter?: Duration;
  /** The most runs this process holds in memory at a time. Default 1000. */
  readonly concurrency?: number;
  /**
   * Classes whose instances are recorded and restored (of errors, so that `instanceof` holds after a replay), and
   * recipes for values that are more than their fields. The stored name is the class's own, unless given: give it where
   * a bundler shortens names.
   */
  readonly classes?: readonly (Constructor | NamedClass | Recipe)[];
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** What watches this app: `openTelemetry()` of `@holdfast/telemetry`. Default: nothing, which costs nothing. */
  readonly telemetry?: Telemetry;
  /** For tests: where time comes from. Default: the machine's. */
  readonly clock?: Clock;
}

/** Options of a start. */
export interface StartOptions extends ControlStartOptions {
  /** The run's id. The same id twice is the same run. Default: a UUID that begins with the moment (version 7). */
  readonly id?: string;
  /** Waits this long before the run is due. Default: none. */
  readonly delay?: Duration;
  /** Plain JSON to find the run by. */
  readonly tags?: Readonly<Record<string, unknown>>;
  /** The queue it waits in for its turn. Default: none; it begins at once. */
  readonly queue?: Queue | string;
  /** A whole number: lower ones are taken first from a queue, and of equals the one that came first. Default 0. */
  readonly priority?: number;
  /** The part of the queue that it belongs to, with a fair share of its own: a tenant, for example. */
  readonly partitionKey?: string;
  /**
   * No two runs that have not ended share one in a queue (in all its partitions) or, without a queue, in a workflow.
   * Once the run has ended, or was cancelled, the key is free.
   */
  readonly deduplicationKey?: string;
  /**
   * What becomes of a start while a run has its key. `'reject'`: DUPLICATE_RUN. `'join'`: it gives the handle of that run,
   * whose arguments stay as they are. Default `'reject'`, and `'join'` for a workflow that is a singleton.
   */
  readonly onDuplicate?: 'reject' | 'join';
  /** The version to run on. Default: the workflow's own, or else the app's. */
  readonly version?: string;
}
