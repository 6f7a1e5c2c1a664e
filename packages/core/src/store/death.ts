/** An executor that died while it held a run. */
export interface Death {
  readonly executorId: string;
  /** The machine it ran on; null if that is not known any more. */
  readonly host: string | null;
  /** Its process id there. */
  readonly pid: number | null;
  /** When it was found out. */
  readonly atMs: number;
}

/** The most deaths that are kept of a run: the last ones. */
export const DEATHS_KEPT = 10;
