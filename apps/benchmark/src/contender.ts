/** Something that is measured: Holdfast, a peer, or the bare SQL. */
export interface Contender {
  /** As the table shows it. */
  readonly name: string;
  /** The package whose version is shown; null for bare SQL. */
  readonly package: string | null;
  /** How it is set up, in a few words. */
  readonly settings: string;
  /** The oldest major version of Node that it says it runs on. */
  readonly node: 24;
  /** Makes its tables, and starts what it needs to work. */
  prepare(url: string): Promise<Prepared>;
}

/** A contender that is ready. It leaves out the workloads that it knows nothing of. */
export interface Prepared {
  /** Executes durable runs of so many no-op steps, so many at once, until the time is over. Answers how many ended. */
  runs?(options: {
    readonly steps: number;
    readonly atOnce: number;
    readonly forMs: number;
  }): Promise<number>;
  /** Enqueues so many jobs one by one, from so many callers, and answers when all have been done. */
  queueOneByOne?(options: { readonly jobs: number; readonly callers: number }): Promise<void>;
  /** Enqueues so many jobs as its bulk call does, and answers when all have been done. */
  queueInBulk?(options: { readonly jobs: number }): Promise<void>;
  /** Enqueues one job after another to an idle worker. Answers the milliseconds until the first line of each body. */
  latencies?(options: { readonly samples: number }): Promise<readonly number[]>;
  /** Writes rows, as many as fit: in batches of so many, one batch after the other. Answers how many. */
  rows?(options: { readonly batch: number; readonly forMs: number }): Promise<number>;
  close(): Promise<void>;
}

/** Counts what ends, and tells when all have. */
export class Countdown {
  #left: number;
  #done = (): void => {};
  readonly over: Promise<void>;

  constructor(count: number) {
    this.#left = count;
    this.over = new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  one(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#done();
  }
}

/** Does something over and over, so many at once, until the time is over. Answers how often. */
export async function untilOver(
  { atOnce, forMs }: { readonly atOnce: number; readonly forMs: number },
  one: () => Promise<unknown>,
): Promise<number> {
  const endMs = performance.now() + forMs;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await one();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}

/** Does something so often, by so many callers at once. */
export async function fromCallers(jobs: number, callers: number, one: () => Promise<unknown>): Promise<void> {
  let left = jobs;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Enqueues one job after another, each when the one before has begun and the worker has come to rest. */
export async function oneAfterAnother(
  samples: number,
  enqueue: (began: (atMs: number) => void) => Promise<unknown>,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (let n = 0; n < samples; n++) {
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
    const startedMs = performance.now();
    const beganMs = await new Promise<number>((resolve, reject) => {
      enqueue(resolve).catch(reject);
    });
    latencies.push(beganMs - startedMs);
  }
  return latencies;
}
