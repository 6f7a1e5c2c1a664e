import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** What answers requests: the handler, or anything around it. */
export interface FetchHandler {
  (request: Request): Response | Promise<Response>;
  readonly isClosing?: boolean;
}

/**
 * A listener for Node's own server.
 *
 * @example createServer(nodeListener(handler)).listen(3000);
 */
export function nodeListener(
  handler: FetchHandler,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const listener = getRequestListener(handler, { overrideGlobalObjects: false });
  return (incoming, outgoing) => {
    // Or a caller that tries again and again would keep its connection, and a server that is closing, open.
    if (handler.isClosing) outgoing.shouldKeepAlive = false;
    // It answers what goes wrong, and does not reject.
    void listener(incoming, outgoing);
  };
}
