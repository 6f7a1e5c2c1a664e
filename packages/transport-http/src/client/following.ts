import { EventSourceParserStream } from 'eventsource-parser/stream';
import { type Connection, pause } from './connection.js';

/** The pause before a stream that broke off is opened anew, in milliseconds, if the server does not say. */
const RETRY_MS = 1000;

/** What is read of an event stream. */
export interface Followed {
  readonly id: string;
  readonly value: unknown;
}

/** What is followed, and from where. */
export interface Following {
  readonly path: string;
  /** The id of the last event that is known. */
  readonly lastId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The values of an event stream, to its end. One that breaks off is opened anew where it was.
 *
 * @throws HttpClientError; the signal's reason.
 */
export async function* followed(
  connection: Connection,
  { path, lastId: known, signal }: Following,
): AsyncGenerator<Followed, void, undefined> {
  let lastId = known;
  let retryMs = RETRY_MS;
  for (;;) {
    // Of this opening alone: it ends also when nobody reads any more, or the line is dead.
    const opening = new AbortController();
    const leave = (): void => opening.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', leave, { once: true });
    try {
      const response = await connection.send({
        path,
        headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
        signal: opening.signal,
      });
      if (response.status === 204 || !response.body) return;
      const messages = messagesOf(response.body, {
        silenceMs: connection.silenceMs,
        silent: () => opening.abort(),
        retry: (ms) => {
          retryMs = ms;
        },
      });
      for await (const { event, id, data } of messages) {
        if (event === 'end') return;
        if (id !== undefined) lastId = id;
        yield { id: lastId ?? '', value: JSON.parse(data) as unknown };
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!opening.signal.aborted && !isBrokenOff(error)) throw error;
    } finally {
      signal?.removeEventListener('abort', leave);
      opening.abort();
    }
    await pause(retryMs, signal);
  }
}

interface Message {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

/** A body that breaks off fails with what the platform likes; an answer that is an error never is one of these. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof BrokenOff;
}

class BrokenOff extends Error {}

async function* messagesOf(
  body: ReadableStream<Uint8Array>,
  {
    silenceMs,
    silent,
    retry,
  }: { readonly silenceMs: number; readonly silent: () => void; readonly retry: (ms: number) => void },
): AsyncGenerator<Message, void, undefined> {
  let timer = setTimeout(silent, silenceMs);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(silent, silenceMs);
  };
  const text = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>);
  const parsed = text.pipeThrough(new EventSourceParserStream({ onRetry: retry, onComment: heard }));
  const reader = parsed.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new BrokenOff('the stream broke off', { cause });
      });
      if (done) return;
      heard();
      yield value;
    }
  } finally {
    clearTimeout(timer);
    // What is left of it is of no use, also if it cannot be told so.
    await reader.cancel().catch(() => undefined);
  }
}
