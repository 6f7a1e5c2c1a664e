import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** What answers requests: the handler, or anything around it. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/**
 * A listener for Node's own server.
 *
 * @example createServer(nodeListener(handler)).listen(3000);
 */
export function nodeListener(
  handler: FetchHandler,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const listener = getRequestListener(handler, { overrideGlobalObjects: false });
  // It answers what goes wrong, and does not reject.
  return (incoming, outgoing) => void listener(incoming, outgoing);
}

/** A request whose body something before us has read: what that made of it is the body now. */
export function withParsedBody(incoming: IncomingMessage, parsed: unknown): void {
  if (parsed === undefined || !incoming.readableEnded) return;
  const text = typeof parsed === 'string' || parsed instanceof Uint8Array ? parsed : JSON.stringify(parsed);
  Object.assign(incoming, { rawBody: Buffer.from(text as string) });
}

/** Whether an address is one of the handler's. */
export function isUnder(basePath: string, url: string): boolean {
  const [path] = url.split(/[?#]/, 1);
  return path === basePath || path!.startsWith(`${basePath}/`);
}
