import type { Logger } from '@holdfast/core/internal';

/** How soon a reader that lost its stream comes again, in milliseconds. */
const RETRY_MS = 1000;

/** The id of the last event: a reader that has it needs not come again. */
export const END_ID = 'end';

/** One event of an event stream. `data` is JSON. */
export interface Frame {
  readonly id: string;
  readonly data: string;
}

/** Frames of a stream as they come; an empty list while there are none, as a sign of life. */
export type Frames = AsyncIterableIterator<readonly Frame[]>;

/** How an event stream is sent. */
export interface Following {
  readonly frames: Frames;
  /** Breaks it off, and ends the frames. */
  readonly signal: AbortSignal;
  /** Told when the last byte is sent, or nobody reads any more. Once. */
  readonly ended: () => void;
  readonly logger: Logger;
}

/** Whether a request wants server-sent events. */
export function wantsEvents(request: Request): boolean {
  return /\btext\/event-stream\b/.test(request.headers.get('accept') ?? '');
}

/**
 * An answer of server-sent events. A stream that ends by itself says so by an event `end`. One that is broken off, by a
 * shutdown or an error, just stops: the reader comes again with the id of the last event that it has.
 */
export function eventStream({ frames, signal, ended, logger }: Following): Response {
  const encoder = new TextEncoder();
  let isOpen = true;
  let isPulling = false;
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    ended();
  };
  // Frames are asked for only as they are read: a slow reader holds up nothing but itself.
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
        const breakOff = (): void => {
          // A frame that is under way ends with the frames. A reader who asks for none would never hear of that.
          if (!isOpen || isPulling) return;
          controller.close();
          end();
        };
        signal.addEventListener('abort', breakOff, { once: true });
      },
      async pull(controller) {
        isPulling = true;
        try {
          const next = await frames.next();
          if (!isOpen) return;
          if (!next.done) return controller.enqueue(encoder.encode(next.value.map(text).join('') || ':\n\n'));
        } catch (error) {
          logger.warn({ error }, 'an event stream broke off; its reader will come again');
        } finally {
          isPulling = false;
        }
        if (isOpen) controller.close();
        end();
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies that gather answers until they are complete would never pass on this one.
      'x-accel-buffering': 'no',
    },
  });
}

/** What a reader gets who has read to the end: it does not come again. */
export function nothingMore(): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}

function text({ id, data }: Frame): string {
  const event = id === END_ID ? 'event: end\n' : '';
  return `${event}id: ${id}\ndata: ${data.replaceAll(/\r\n|[\r\n]/g, '\ndata: ')}\n\n`;
}
