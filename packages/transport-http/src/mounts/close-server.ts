import type { Server } from 'node:http';
import type { HttpHandler } from '../handler.js';

/** How long answers that are ready may take to get through, in milliseconds. */
const FLUSH_MS = 500;

/**
 * Closes a server of Node with a handler in it: takes no more connections, ends what waits or follows, and resolves when
 * everything is answered and no connection is left. Then shut down the app.
 *
 * @example
 * await closeServer(server, handler);
 * await app.shutdown();
 */
export async function closeServer(server: Server, handler: HttpHandler): Promise<void> {
  const closed = new Promise<void>((resolve, reject) =>
    server.close((error) => (error ? reject(error) : resolve())),
  );
  await Promise.race([handler.close(), closed]);
  server.closeIdleConnections();
  // On some, nothing was ever asked: browsers open them ahead of need. Node would wait a minute for each.
  const timer = setTimeout(() => server.closeAllConnections(), FLUSH_MS);
  await closed.finally(() => clearTimeout(timer));
}
