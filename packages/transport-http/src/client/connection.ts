import { errorOf, HttpClientError } from './errors.js';

/** How requests are sent. */
export interface ClientOptions {
  /** Headers of every request, an authorisation among them; a function is asked each time. */
  readonly headers?: HeadersGiven | (() => HeadersGiven | Promise<HeadersGiven>);
  /** As in `fetch`: `'include'` sends cookies to another origin. Default: `fetch`'s own. */
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  /** What sends requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How often a request is sent anew for which no answer came, or one that says to come again. Default 8, in about a minute. */
  readonly retries?: number;
  /** How long an event stream may be silent until it is opened anew, in milliseconds. Default 45,000. */
  readonly silenceMs?: number;
}

type HeadersGiven = Readonly<Record<string, string>>;

/** One request. */
export interface Sending {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: HeadersGiven;
  readonly signal?: AbortSignal | undefined;
}

/** The first and the longest pause before a request is sent anew, in milliseconds. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Answers that say to come again. */
const COME_AGAIN: readonly number[] = [429, 502, 503, 504];

/** Sends requests to one server, anew if need be. */
export class Connection {
  readonly #url: string;
  readonly #options: ClientOptions;

  constructor(url: string | URL, options: ClientOptions) {
    this.#url = String(url).replace(/\/+$/, '');
    this.#options = options;
  }

  get silenceMs(): number {
    return this.#options.silenceMs ?? 45_000;
  }

  /**
   * The answer to a request that may be sent more than once.
   *
   * @throws HttpClientError; the signal's reason.
   */
  async send(sending: Sending): Promise<Response> {
    const { retries = 8 } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#attempt(sending);
      if (answer instanceof Response && answer.ok) return answer;
      const mayRetry = !(answer instanceof Response) || COME_AGAIN.includes(answer.status);
      if (!mayRetry || attempt >= retries) throw answer instanceof Response ? await errorOf(answer) : answer;
      const pauseMs = pauseOf(answer, attempt);
      if (answer instanceof Response) await answer.body?.cancel();
      await pause(pauseMs, sending.signal);
    }
  }

  /** An answer, or why there is none. */
  async #attempt({
    method = 'GET',
    path,
    body,
    headers,
    signal,
  }: Sending): Promise<Response | HttpClientError> {
    const { headers: given = {}, credentials, fetch: send = globalThis.fetch } = this.#options;
    const own = typeof given === 'function' ? await given() : given;
    try {
      return await send(`${this.#url}${path}`, {
        method,
        headers: { ...own, ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(credentials && { credentials }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      return new HttpClientError('UNREACHABLE', `No answer came from ${this.#url}.`, { cause });
    }
  }
}

/** As long as the server says, or longer from attempt to attempt; never just as long as everybody else. */
function pauseOf(answer: Response | HttpClientError, attempt: number): number {
  const seconds = answer instanceof Response ? Number(answer.headers.get('retry-after') ?? 0) : 0;
  const saidMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  const grownMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return Math.max(saidMs, grownMs) * (1 + Math.random() / 4);
}

/** @throws the signal's reason. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
