import type { ExecutorRecord, Store } from '../store/index.js';
import { recorded } from './recorded.js';
import { dateOf } from './run-view.js';

/** A process that executes runs, or one app of several in it. */
export interface ExecutorView {
  readonly id: string;
  /** The machine that it runs on. */
  readonly host: string;
  /** Its process id there. */
  readonly pid: number;
  /**
   * `alive`: it holds a lease. `lapsed`: its lease has run out, and no other has declared it dead yet. `stopped`: it signed off
   * or was declared dead.
   */
  readonly standing: 'alive' | 'lapsed' | 'stopped';
  /** The workflows it has, and in which versions. */
  readonly workflows: readonly { readonly workflow: string; readonly version: string }[];
  /** The queues that it takes runs from; undefined for all. */
  readonly queues: readonly string[] | undefined;
  /** How many runs are in its hands. */
  readonly runs: number;
  readonly startedAt: Date;
  /** Until when it is believed to live without another word from it. */
  readonly leaseUntil: Date;
  readonly stoppedAt: Date | undefined;
}

/** Looking at those who execute runs. In a run's own code what was seen is recorded, as a step. */
export interface Executors {
  /** All that are known, those that came first, first. One that stopped is known for a day. */
  list(): Promise<readonly ExecutorView[]>;
}

/** @param open gives the store, or throws if it is not open. */
export function executorsOf(open: () => Store): Executors {
  return {
    list: async () =>
      recorded(open(), 'executors.list', async () => (await open().executors.list()).map(executorView)),
  };
}

function executorView({
  serves,
  startedAtMs,
  leaseUntilMs,
  stoppedAtMs,
  ...executor
}: ExecutorRecord): ExecutorView {
  return {
    ...executor,
    workflows: (serves?.workflows ?? []).map(({ workflow, version }) => ({ workflow, version })),
    queues: serves?.queues ?? undefined,
    startedAt: new Date(startedAtMs),
    leaseUntil: new Date(leaseUntilMs),
    stoppedAt: dateOf(stoppedAtMs),
  };
}
