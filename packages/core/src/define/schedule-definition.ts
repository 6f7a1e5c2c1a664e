import type { WorkflowDefinition } from './workflow-definition.js';

/**
 * What becomes of ticks that were missed, which is: that nobody started within ten seconds, as no process was there.
 * `'skip'`: nothing. `'one'`: all that are due come to one run, of the last. `'all'`: each is started.
 */
export type CatchUp = 'skip' | 'one' | 'all';

/**
 * What a tick does while a run of an earlier one has not ended. `'allow'`: starts all the same. `'skip'`: passes.
 * `'cancel'`: cancels that one first.
 */
export type Overlap = 'allow' | 'skip' | 'cancel';

/** When a launch writes the definition over what is in the store. */
export type ScheduleApply = 'when changed' | 'always' | 'once';

/** What a schedule is, beside its name. */
export interface SchedulePlan {
  readonly cron: string;
  readonly timeZone: string;
  readonly workflow: WorkflowDefinition;
  /** What each run gets after the moment of its tick. */
  readonly args: readonly unknown[];
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly queue: string | null;
  readonly priority: number;
  readonly partitionKey: string | null;
  /** Null for what the workflow says. */
  readonly timeoutMs: number | null;
  readonly tags: Readonly<Record<string, unknown>> | undefined;
}

/** A schedule as code defines it. */
export interface Schedule extends SchedulePlan {
  readonly name: string;
  readonly apply: ScheduleApply;
}
