import { HoldfastError } from '../errors/index.js';
import { attemptSignal } from './mail.js';
import type { Mail, MailDefinition, StreamCursor, StreamEntry } from './mail-calls.js';
import { checkRunId } from './names.js';
import { timeoutOf, type WaitOptions } from './wait-options.js';

/** How a stream is read. */
export interface ReadOptions extends WaitOptions {
  /** The position of the first value, to go on where another reader left off. Default 0. */
  readonly from?: number;
}

/** Values of a stream, one after the other, as they are written. */
export class StreamReader<Item> implements AsyncIterableIterator<Item> {
  readonly #mailHere: () => Mail;
  readonly #cursor: StreamCursor;
  readonly #show: (entry: StreamEntry) => unknown;
  readonly #abandoned = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  /** @throws HoldfastError INVALID_ID, INVALID_OPTION, INVALID_DURATION. */
  constructor(
    definition: MailDefinition,
    runId: string,
    { from = 0, timeout }: ReadOptions,
    mailHere: () => Mail,
    show: (entry: StreamEntry) => unknown,
  ) {
    checkRunId(runId);
    checkPosition(from, definition.name);
    const timeoutMs = timeoutOf(timeout, `a read of stream "${definition.name}"`);
    this.#cursor = { definition, runId, position: from, timeoutMs, ahead: [] };
    this.#mailHere = mailHere;
    this.#show = show;
  }

  /** The next value. After TIMED_OUT it may be asked for again. */
  next(): Promise<IteratorResult<Item, undefined>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#abandoned.abort();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<Item, undefined>> {
    const { signal: abandoned } = this.#abandoned;
    if (abandoned.aborted) return { done: true, value: undefined };
    const entry = await this.#mailHere().next({ cursor: this.#cursor, signal: attemptSignal(), abandoned });
    if (!entry) return this.return();
    this.#cursor.position = entry.position + 1;
    return { done: false, value: this.#show(entry) as Item };
  }
}

function checkPosition(from: unknown, stream: string): void {
  if (Number.isSafeInteger(from) && (from as number) >= 0) return;
  throw new HoldfastError(
    'INVALID_OPTION',
    `The stream "${stream}" was to be read from ${String(from)}; "from" must be a whole number from 0.`,
    { details: { stream } },
  );
}
