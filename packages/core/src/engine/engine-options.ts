import type { Queue, Schedule, WorkflowDefinition } from '../define/index.js';
import type { PruneCriteria } from '../store/index.js';

/** What an engine is made with. */
export interface EngineOptions {
  readonly workflows: readonly WorkflowDefinition[];
  /** What is written into the store at the launch, as far as it changed. */
  readonly schedules: readonly Schedule[];
  /** Which runs are kept no longer; empty to keep all. */
  readonly retention: readonly PruneCriteria[];
  /** The version of workflows that name none. */
  readonly version: string;
  readonly leaseMs: number;
  readonly parkAfterMs: number;
  readonly concurrency: number;
  /** Whether it only starts runs and looks at them: it takes out no lease, executes nothing, and does no chores. */
  readonly isVisitor?: boolean;
  /** The queues to take runs from; null for all. */
  readonly serve: readonly string[] | null;
  /** Queues whose definitions are written into the store at launch. */
  readonly queues: readonly Queue[];
  /** Queues that the code of this process defines, whichever of its apps writes them. Default: none. */
  readonly queuesHere?: readonly Queue[];
}
