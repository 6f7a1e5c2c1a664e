import type { QueueLimits } from '@holdfast/core/internal';

/** How a queue stood at one moment, as somebody saw it who takes no part. */
export interface Observation {
  readonly limits: QueueLimits;
  /** How many runs hold a slot. */
  readonly inHands: number;
  /** Those that do, as far as it can be told: their partition, and whose they are. */
  readonly holders: readonly { readonly key: string | null; readonly heldBy: string | null }[];
  /** When runs were first taken up, in milliseconds. */
  readonly starts: readonly { readonly id: string; readonly key: string; readonly atMs: number }[];
}

/** Looks at a queue of these runs, all at one moment. */
export type Observe = (queue: string, runIds: readonly string[]) => Promise<Observation>;
