import type { RunResource } from '../run-resource.js';
import type { HttpApi, NamesOf, SentOn, ShownBy, YieldedBy } from './api-types.js';
import type { Connection } from './connection.js';
import { RunFailedError } from './errors.js';
import { followed } from './following.js';

/** How long one request waits; when it has waited in vain, another one is sent. */
const WAIT = '25s';

/** What ends a wait. */
export interface Waiting {
  readonly signal?: AbortSignal;
}

/** A run on a server. */
export class HttpRun<Api extends HttpApi = HttpApi, Result = unknown> {
  readonly id: string;
  readonly #connection: Connection;
  readonly #path: string;

  constructor(id: string, connection: Connection) {
    this.id = id;
    this.#connection = connection;
    this.#path = `/runs/${encodeURIComponent(id)}`;
  }

  /** Where it stands. @throws HttpClientError */
  async status({ signal }: Waiting = {}): Promise<RunResource> {
    const response = await this.#connection.send({ path: this.#path, signal });
    return (await response.json()) as RunResource;
  }

  /** Waits for its result. @throws RunFailedError if it has none; HttpClientError. */
  async result({ signal }: Waiting = {}): Promise<Result> {
    for (;;) {
      const response = await this.#connection.send({ path: `${this.#path}/result?wait=${WAIT}`, signal });
      const outcome = (await response.json()) as Outcome;
      if (response.status !== 200) continue;
      if (outcome.state === 'succeeded') return outcome.result as Result;
      throw new RunFailedError(this.id, outcome.state, outcome.error);
    }
  }

  /** Cancels it; with `children`, also what it started. False if it had ended already. @throws HttpClientError */
  async cancel({ children = false }: { readonly children?: boolean } = {}): Promise<boolean> {
    const path = `${this.#path}/cancel`;
    const response = await this.#connection.send({ method: 'POST', path, body: { children } });
    return ((await response.json()) as { readonly cancelled: boolean }).cancelled;
  }

  /**
   * Sends it a message, exactly once: however often it has to be tried.
   *
   * @param options `key`: the same key again is the same message. Default: a random one.
   * @throws HttpClientError
   */
  async send<Name extends NamesOf<Api, 'channels'>>(
    channel: Name,
    value: SentOn<Api, Name>,
    { key = crypto.randomUUID() }: { readonly key?: string } = {},
  ): Promise<void> {
    await this.#connection.send({
      method: 'POST',
      path: `${this.#path}/channels/${encodeURIComponent(channel)}`,
      body: value,
      headers: { 'idempotency-key': quoted(key) },
    });
  }

  /** The value of an event, as soon as it is set. @throws HttpClientError RUN_FINISHED if it never will be. */
  async get<Name extends NamesOf<Api, 'events'>>(
    event: Name,
    { signal }: Waiting = {},
  ): Promise<ShownBy<Api, Name>> {
    const path = `${this.#path}/events/${encodeURIComponent(event)}?wait=${WAIT}`;
    for (;;) {
      const response = await this.#connection.send({ path, signal });
      if (response.status === 204) continue;
      return ((await response.json()) as { readonly value: ShownBy<Api, Name> }).value;
    }
  }

  /** The values of an event as they are set, until the run ends. Of values that follow fast, the last one counts. */
  async *follow<Name extends NamesOf<Api, 'events'>>(
    event: Name,
    { signal }: Waiting = {},
  ): AsyncGenerator<ShownBy<Api, Name>, void, undefined> {
    const path = `${this.#path}/events/${encodeURIComponent(event)}`;
    for await (const { value } of followed(this.#connection, { path, signal }))
      yield value as ShownBy<Api, Name>;
  }

  /**
   * The values of a stream, those that are there and those still to come, each once, to its end.
   *
   * @param options `from`: the position of the first one. Default 0.
   */
  async *read<Name extends NamesOf<Api, 'streams'>>(
    stream: Name,
    { from = 0, signal }: Waiting & { readonly from?: number } = {},
  ): AsyncGenerator<YieldedBy<Api, Name>, void, undefined> {
    const path = `${this.#path}/streams/${encodeURIComponent(stream)}?from=${from}`;
    for await (const { value } of followed(this.#connection, { path, signal }))
      yield value as YieldedBy<Api, Name>;
  }
}

type Outcome =
  | { readonly state: 'succeeded'; readonly result: unknown }
  | {
      readonly state: 'failed' | 'cancelled';
      readonly error: { readonly code: string | null; readonly message?: string };
    };

/** A text in the quotes that headers with structure want. */
export function quoted(key: string): string {
  return `"${key.replaceAll(/["\\]/g, '\\$&')}"`;
}
