import type { Payload } from '../replay/index.js';
import type { RunStatus, StoredStreamValue } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import { outcomeInTime } from './outcome-in-time.js';
import type { Outcomes } from './outcomes.js';
import type { Post } from './post.js';
import { runNotFound } from './run-errors.js';
import { STREAM_PAGE } from './stream-pages.js';
import { watchFor } from './watching.js';

/** How long somebody looks on. */
export interface LookOptions {
  /** The longest wait, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the wait: nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

/** What is seen of an event. */
export interface SeenEvent {
  /** Null before it is set. */
  readonly value: Payload | null;
  /** Whether its run has ended: no other value will come. */
  readonly isLast: boolean;
}

/** What is seen of a stream from a position on. */
export interface SeenStream {
  /** In the order of their positions, without gaps. */
  readonly values: readonly StoredStreamValue[];
  /** Whether no more will come, now or later, after these. */
  readonly isLast: boolean;
}

/**
 * For those who show runs elsewhere: what is stored, as it is stored, waited for as long as somebody wants it. Each wait
 * comes back with what there is when its time or its signal ends it.
 */
export class Onlooker {
  readonly #deps: EngineDeps;
  readonly #outcomes: Outcomes;
  readonly #post: Post;

  constructor(deps: EngineDeps, outcomes: Outcomes, post: Post) {
    this.#deps = deps;
    this.#outcomes = outcomes;
    this.#post = post;
  }

  /** What makes values of what is stored. */
  get codec(): EngineDeps['codec'] {
    return this.#deps.codec;
  }

  /** A run's final status; undefined if it has not ended by then. @throws HoldfastError RUN_NOT_FOUND, SHUT_DOWN. */
  outcome(runId: string, { timeoutMs, signal }: LookOptions): Promise<RunStatus | undefined> {
    return outcomeInTime({
      clock: this.#deps.clock,
      untilMs: this.#deps.clock.now() + timeoutMs,
      signal,
      wait: (over) => this.#outcomes.wait(runId, { signal: over }),
      look: () => this.#outcomes.recheck(),
    });
  }

  /**
   * An event as soon as it has another value than was seen already, or its run has ended; undefined if there is neither by
   * then.
   *
   * @param seen the value that is known; null for none.
   * @throws HoldfastError RUN_NOT_FOUND, SHUT_DOWN.
   */
  event(
    runId: string,
    name: string,
    seen: Payload | null,
    options: LookOptions,
  ): Promise<SeenEvent | undefined> {
    return this.#look(options, (wait) =>
      watchFor(this.#post.events, this.#deps, {
        ...wait,
        runId,
        question: () => ({ runId, name }),
        judge: ({ run, value }) => {
          if (run === null) throw runNotFound(runId);
          const isLast = run === 'ended';
          return isLast || !isSame(value, seen) ? { value, isLast } : undefined;
        },
      }),
    );
  }

  /**
   * The values of a stream from a position on as soon as there are some, or its end; undefined if there is neither by then.
   *
   * @throws HoldfastError RUN_NOT_FOUND, SHUT_DOWN.
   */
  stream(runId: string, name: string, from: number, options: LookOptions): Promise<SeenStream | undefined> {
    return this.#look(options, (wait) =>
      watchFor(this.#post.streams, this.#deps, {
        ...wait,
        runId,
        question: () => ({ runId, name, from, limit: STREAM_PAGE }),
        judge: ({ run, isClosed, values }) => {
          if (run === null) throw runNotFound(runId);
          const isLast = (isClosed || run === 'ended') && values.length < STREAM_PAGE;
          return values.length > 0 || isLast ? { values, isLast } : undefined;
        },
      }),
    );
  }

  async #look<Seen>(
    { timeoutMs, signal }: LookOptions,
    watch: (wait: {
      readonly untilMs: number;
      readonly timedOut: () => Error;
      readonly isPunctual: true;
      readonly signal: AbortSignal;
    }) => Promise<Seen>,
  ): Promise<Seen | undefined> {
    const late = new Error('there was nothing to be seen in time');
    const untilMs = Math.ceil(this.#deps.clock.now() + timeoutMs);
    try {
      return await watch({ untilMs, timedOut: () => late, isPunctual: true, signal });
    } catch (error) {
      if (error === late || signal.aborted) return undefined;
      throw error;
    }
  }
}

function isSame(one: Payload | null, other: Payload | null): boolean {
  return one?.json === other?.json && one?.extra === other?.extra;
}
