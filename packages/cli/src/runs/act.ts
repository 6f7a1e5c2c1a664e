import type { Client, RunState } from '@holdfast/core';

/** What became of one run. */
export interface Acted {
  readonly id: string;
  /** Why it was not done; undefined if it was. */
  readonly error?: Error;
  /** The run that was made of it: of a fork. */
  readonly made?: string;
}

/** Something that is done to runs. */
export interface Action {
  /** `cancel` */
  readonly verb: string;
  /** `Cancelling` */
  readonly doing: string;
  /** `cancelled` */
  readonly done: string;
  /** The states in which it can be done: of those that a filter finds, no other is touched. */
  readonly states: readonly RunState[];
  /** Whether a person is asked also when he named the runs. */
  readonly isGrave?: boolean;
  /** Does it to several, and says of each what came of it. */
  act(client: Client, ids: readonly string[]): Promise<readonly Acted[]>;
}
