/** On what terms a run is taken up. */
export interface RunTerms {
  /** The queue it waits in; null for none. */
  readonly queue: string | null;
  /** Lower ones are taken first. */
  readonly priority: number;
  /** The part of its queue that it belongs to, with limits of its own; null for none. */
  readonly partitionKey: string | null;
  /** No two runs that have not ended share one in a queue or, without a queue, in a workflow. */
  readonly deduplicationKey: string | null;
  /**
   * What the key is of, if not of a start: it holds in the workflow then, whatever the queue. That of a debounce is free
   * once the run has begun.
   */
  readonly deduplicationScope: 'singleton' | 'debounce' | null;
  /** How long it may take from when it is first taken up. */
  readonly timeoutMs: number | null;
  /** When it must have ended, whatever its own timeout: its parent's time limit. */
  readonly deadlineMs: number | null;
  /** Whether it lives on when its parent is cancelled or runs out of time. */
  readonly isDetached: boolean;
  /** The schedule whose tick it is. */
  readonly schedule: string | null;
}

/** What is said of a run's terms; the rest is as for a plain one, with this time limit. */
export function runTerms(said: Partial<RunTerms>, timeoutMs: number | null): RunTerms {
  // Field by field: of an object put together from several, each run would be a slow one in memory.
  return {
    queue: said.queue ?? null,
    priority: said.priority ?? 0,
    partitionKey: said.partitionKey ?? null,
    deduplicationKey: said.deduplicationKey ?? null,
    deduplicationScope: said.deduplicationScope ?? null,
    timeoutMs: said.timeoutMs === undefined ? timeoutMs : said.timeoutMs,
    deadlineMs: said.deadlineMs ?? null,
    isDetached: said.isDetached ?? false,
    schedule: said.schedule ?? null,
  };
}

/** No queue, no limit, no ties. */
export const PLAIN_TERMS: RunTerms = {
  queue: null,
  priority: 0,
  partitionKey: null,
  deduplicationKey: null,
  deduplicationScope: null,
  timeoutMs: null,
  deadlineMs: null,
  isDetached: false,
  schedule: null,
};
