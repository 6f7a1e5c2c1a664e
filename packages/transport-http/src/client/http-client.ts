import type { RunResource } from '../run-resource.js';
import type { ApiOf, BodyOf, HttpApi, NamesOf, ResultOf } from './api-types.js';
import { type ClientOptions, Connection } from './connection.js';
import { HttpRun, quoted } from './run.js';

/** Options of a start. */
export interface HttpStartOptions {
  /** The same key with the same body is the same run, however often it is sent. Default: a random one. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** A server's runs, from a browser or anywhere else. */
export class HttpClient<Api extends HttpApi = HttpApi> {
  readonly #connection: Connection;

  constructor(url: string | URL, options: ClientOptions) {
    this.#connection = new Connection(url, options);
  }

  /**
   * Starts a run, exactly once: if no answer comes, it is asked again with the same key.
   *
   * @param body what the workflow takes; left out for one that takes nothing.
   * @throws HttpClientError INVALID_INPUT, IDEMPOTENCY_KEY_REUSED, FORBIDDEN, …
   */
  async start<Name extends NamesOf<Api, 'workflows'>>(
    workflow: Name,
    body?: BodyOf<Api, Name>,
    { key = crypto.randomUUID(), signal }: HttpStartOptions = {},
  ): Promise<HttpRun<Api, ResultOf<Api, Name>>> {
    const response = await this.#connection.send({
      method: 'POST',
      path: `/workflows/${encodeURIComponent(workflow)}/runs`,
      body,
      headers: { 'idempotency-key': quoted(key) },
      signal,
    });
    const { id } = (await response.json()) as RunResource;
    return new HttpRun(id, this.#connection);
  }

  /** A run by its id, whether it exists or not. */
  run<Name extends NamesOf<Api, 'workflows'> = NamesOf<Api, 'workflows'>>(
    id: string,
  ): HttpRun<Api, ResultOf<Api, Name>> {
    return new HttpRun(id, this.#connection);
  }
}

/**
 * Makes a client of a handler, with the types of what that serves.
 *
 * @param url where the handler is mounted: `'https://shop.example/api/runs'`.
 * @example
 * import type { handler } from './server.js';
 *
 * const client = httpClient<typeof handler>('/api/runs');
 * const run = await client.start('checkout', order, { key: order.id });
 * for await (const percent of run.follow('progress')) show(percent);
 * const receipt = await run.result();
 */
export function httpClient<Handler>(
  url: string | URL,
  options: ClientOptions = {},
): HttpClient<ApiOf<Handler>> {
  return new HttpClient(url, options);
}
