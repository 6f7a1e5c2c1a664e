/** What the process under load says of the time since it was last asked. */
export interface LoadReport {
  /** Runs since the beginning. */
  readonly started: number;
  readonly failures: number;
  /** What the engine warned of. */
  readonly complaints: readonly string[];
  /** From the start of a run of five steps to its result. */
  readonly runsMs: readonly number[];
  /** From the moment of an enqueue to the first line of the body. */
  readonly waitsMs: readonly number[];
  readonly rss: number;
  /** After a collection of garbage. */
  readonly heapUsed: number;
  readonly external: number;
  readonly cpuMs: number;
}
