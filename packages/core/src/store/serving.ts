/** A workflow that an executor has, in the version it has. */
export interface ServedWorkflow {
  readonly workflow: string;
  readonly version: string;
}

/**
 * The same for those who start runs of it without having its code: what they are recorded with, unless their start says
 * otherwise. What is left out does not exist.
 */
export interface OfferedWorkflow extends ServedWorkflow {
  readonly timeoutMs?: number;
  readonly isSingleton?: true;
}

/** What an executor can take. */
export interface Serves {
  readonly workflows: readonly OfferedWorkflow[];
  /** The queues it takes runs from; null for all. */
  readonly queues: readonly string[] | null;
}
