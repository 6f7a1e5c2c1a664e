import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** Reads an answer of server-sent events, one after the other. */
export class EventReader {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #messages: EventSourceMessage[] = [];
  readonly #decoder = new TextDecoder();
  /** Comments so far. */
  comments = 0;
  retryMs: number | undefined;
  readonly #parser = createParser({
    onEvent: (message) => this.#messages.push(message),
    onComment: () => {
      this.comments += 1;
    },
    onRetry: (ms) => {
      this.retryMs = ms;
    },
  });

  constructor(response: Response) {
    this.response = response;
    this.#reader = response.body!.getReader();
  }

  /** The next event; undefined when the answer ends. */
  async next(): Promise<EventSourceMessage | undefined> {
    while (this.#messages.length === 0) if (!(await this.pull())) return undefined;
    return this.#messages.shift();
  }

  /** All events to the end of the answer. */
  async rest(): Promise<readonly EventSourceMessage[]> {
    const all: EventSourceMessage[] = [];
    for (let next = await this.next(); next; next = await this.next()) all.push(next);
    return all;
  }

  /** Reads a piece. False at the end. */
  async pull(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (!done) this.#parser.feed(this.#decoder.decode(value, { stream: true }));
    return !done;
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}
