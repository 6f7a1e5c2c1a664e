import { END_ID, eventStream, type Frames, nothingMore } from '../event-stream.js';
import type { Asked, Server } from './server.js';

/**
 * Follows what a run shows, as server-sent events.
 *
 * @param frames of what comes after the event that the reader has (null for none), until the signal ends them.
 */
export function follow(
  server: Server,
  asked: Asked,
  frames: (lastId: string | null, signal: AbortSignal) => Frames,
): Response {
  const { request, signal } = asked;
  const lastId = request.headers.get('last-event-id') || null;
  if (lastId === END_ID) return nothingMore();
  const free = server.readers.take();
  const unread = new AbortController();
  const leave = (): void => unread.abort();
  signal.addEventListener('abort', leave, { once: true });
  const done = asked.hold();
  return eventStream({
    frames: frames(lastId, unread.signal),
    signal: unread.signal,
    logger: server.logger,
    ended: () => {
      leave();
      signal.removeEventListener('abort', leave);
      free();
      done();
    },
  });
}
