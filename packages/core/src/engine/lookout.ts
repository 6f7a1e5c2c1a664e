import type { CancelTimer } from '../time/index.js';
import type { EngineDeps } from './deps.js';

/** The first and the longest pause between two looks for one who waits, in milliseconds. */
export interface LookPauses {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Somebody who waits for something about a run. */
export interface Watcher<Question, Answer> {
  readonly runId: string;
  /** What to ask. Called as a look begins. */
  question(): Question;
  /** What that look found. True if it was what was waited for. */
  found(answer: Answer): boolean;
  /** A look failed. True if there is no point in waiting any longer. */
  failed?(error: unknown): boolean;
  /** The engine stops: there is no point any more. */
  fail(error: unknown): void;
}

interface Watch {
  pauseMs: number;
  atMs: number;
  /** Whether the next look is for this one too. */
  isWanted: boolean;
  /** Told after the next look that begins. */
  rechecks: (() => void)[];
}

/**
 * Who waits for what may come about anywhere. One query looks for all of them that there is reason to look for: they are
 * new, or somebody says that something happened, or it was a while ago, in case nobody says so.
 */
export class Lookout<Question, Answer> {
  readonly #deps: EngineDeps;
  readonly #ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  readonly #pauses: { readonly hearing: LookPauses; readonly deaf: LookPauses };
  /** In the order in which they came, which is that in which they are told. */
  readonly #watches = new Map<Watcher<Question, Answer>, Watch>();
  readonly #byRun = new Map<string, Set<Watcher<Question, Answer>>>();
  #cancelTimer: CancelTimer | undefined;
  #isLooking = false;
  #isHalted = false;
  /** Whether other processes' signals arrive. */
  hears = false;

  constructor(
    deps: EngineDeps,
    ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    pauses: { readonly hearing: LookPauses; readonly deaf: LookPauses },
  ) {
    this.#deps = deps;
    this.#ask = ask;
    this.#pauses = pauses;
  }

  /** How many wait. */
  get size(): number {
    return this.#watches.size;
  }

  /** Looks for somebody, and for all who wait for the same run, until something is found. The answer forgets it. */
  add(watcher: Watcher<Question, Answer>): () => void {
    const atMs = Number.POSITIVE_INFINITY;
    this.#watches.set(watcher, { pauseMs: this.#pause.firstMs, atMs, isWanted: true, rechecks: [] });
    const ofRun = this.#byRun.get(watcher.runId) ?? new Set();
    this.#byRun.set(watcher.runId, ofRun.add(watcher));
    this.heard([watcher.runId]);
    return () => this.#forget(watcher);
  }

  /** Something happened to these runs; without ids, to any. */
  heard(runIds: Iterable<string> = this.#byRun.keys()): void {
    let isAny = false;
    for (const runId of runIds) {
      for (const watcher of this.#byRun.get(runId) ?? []) {
        this.#watches.get(watcher)!.isWanted = true;
        isAny = true;
      }
    }
    if (isAny && !this.#isLooking) void this.#look();
  }

  /** Looks for all who wait for a run. Resolves when a look that began after this call has been answered. */
  async recheck(runId: string): Promise<void> {
    const watchers = [...(this.#byRun.get(runId) ?? [])];
    const looked = watchers.map(
      (watcher) => new Promise<void>((resolve) => this.#watches.get(watcher)!.rechecks.push(resolve)),
    );
    this.heard([runId]);
    await Promise.all(looked);
  }

  halt(): void {
    this.#isHalted = true;
    this.#cancelTimer?.();
  }

  /** Tells everybody who waits that there is no point. */
  fail(error: Error): void {
    this.halt();
    for (const watcher of [...this.#watches.keys()]) {
      this.#forget(watcher);
      watcher.fail(error);
    }
  }

  get #pause(): LookPauses {
    return this.hears ? this.#pauses.hearing : this.#pauses.deaf;
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    for (;;) {
      const wanted = [...this.#watches.keys()].filter((watcher) => this.#watches.get(watcher)!.isWanted);
      if (wanted.length === 0 || this.#isHalted) break;
      await this.#read(wanted);
    }
    this.#isLooking = false;
    this.#schedule();
  }

  async #read(watchers: readonly Watcher<Question, Answer>[]): Promise<void> {
    const rechecks = watchers.map((watcher) => {
      const watch = this.#watches.get(watcher)!;
      watch.isWanted = false;
      return watch.rechecks.splice(0);
    });
    try {
      const answers = await this.#ask(watchers.map((watcher) => watcher.question()));
      if (this.#isHalted) return;
      for (const [index, watcher] of watchers.entries()) {
        if (this.#watches.has(watcher) && watcher.found(answers[index]!)) this.#forget(watcher);
        else this.#rest(watcher);
      }
      for (const resolve of rechecks.flat()) resolve();
    } catch (error) {
      this.#deps.logger.debug({ error }, 'what is waited for could not be read; it is looked for again');
      for (const [index, watcher] of watchers.entries()) {
        const watch = this.#watches.get(watcher);
        // Who has left meanwhile has nothing to be looked for any more.
        if (watch) watch.rechecks.push(...rechecks[index]!);
        else for (const resolve of rechecks[index]!) resolve();
        if (watch && watcher.failed?.(error)) this.#forget(watcher);
        else this.#rest(watcher);
      }
    }
  }

  /** Lets one who waits wait a while longer than the last time. */
  #rest(watcher: Watcher<Question, Answer>): void {
    const watch = this.#watches.get(watcher);
    if (!watch) return;
    watch.atMs = this.#deps.clock.now() + watch.pauseMs;
    watch.pauseMs = Math.min(watch.pauseMs * 1.6, this.#pause.longestMs);
  }

  #schedule(): void {
    this.#cancelTimer?.();
    if (this.#isHalted || this.#watches.size === 0) return;
    let atMs = Number.POSITIVE_INFINITY;
    for (const watch of this.#watches.values()) atMs = Math.min(atMs, watch.atMs);
    this.#cancelTimer = this.#deps.clock.at(atMs, () => {
      // Those that are due a little later come along.
      const untilMs = this.#deps.clock.now() + this.#pause.firstMs;
      for (const watch of this.#watches.values()) if (watch.atMs <= untilMs) watch.isWanted = true;
      if (!this.#isLooking) void this.#look();
    });
  }

  #forget(watcher: Watcher<Question, Answer>): void {
    const watch = this.#watches.get(watcher);
    if (!watch) return;
    this.#watches.delete(watcher);
    const ofRun = this.#byRun.get(watcher.runId);
    ofRun?.delete(watcher);
    if (ofRun?.size === 0) this.#byRun.delete(watcher.runId);
    for (const resolve of watch.rechecks) resolve();
  }
}
