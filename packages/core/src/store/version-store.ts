import type { OfferedWorkflow } from './serving.js';

/** Runs that have not ended, are in nobody's hands, and that no live executor can take. */
export interface StrandedGroup {
  readonly workflow: string;
  readonly version: string;
  readonly queue: string | null;
  readonly runs: number;
  /** When the last executor that could take them was gone; null if none is known: they are forgotten after a day. */
  readonly sinceMs: number | null;
}

/** Runs of a version to be moved to another. */
export interface VersionMove {
  readonly workflow: string;
  readonly from: string;
  readonly to: string;
  /** Only those of this queue; null for all. */
  readonly queue: string | null;
  /** The most to be moved at a time. */
  readonly limit: number;
}

/** What a move came to. */
export interface VersionMoved {
  readonly moved: number;
  /** Whether there may be more: as many as the limit allows were found. Some may have been taken up meanwhile, and stayed. */
  readonly mayBeMore: boolean;
}

/** What a store knows of the versions of runs and of executors. */
export interface VersionStore {
  stranded(): Promise<readonly StrandedGroup[]>;
  /**
   * A workflow as a live executor has it: of several, the one that registered last. In this version, unless it is null.
   */
  offered(workflow: string, version: string | null): Promise<OfferedWorkflow | undefined>;
  /** Gives another version to runs of a version that have not ended and are in nobody's hands. */
  moveVersion(move: VersionMove): Promise<VersionMoved>;
  /** The same for these runs, as far as they do not have that version. Answers to how many. */
  moveRuns(runIds: readonly string[], to: string): Promise<number>;
}
