import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../handler.js';
import { isUnder, nodeListener, withParsedBody } from './listener.js';

/** What Express adds to a request, as far as it is used. */
interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
}

/**
 * Middleware for Express. Requests outside the handler's base path go on to the next one.
 *
 * @example app.use(expressMiddleware(handler));
 */
export function expressMiddleware(
  handler: HttpHandler,
): (request: ExpressRequest, response: ServerResponse, next: () => void) => void {
  const listener = nodeListener(handler);
  return (request, response, next) => {
    // A router cuts off the part of the address that it is mounted under.
    const url = request.originalUrl ?? request.url ?? '/';
    if (!isUnder(handler.basePath, url)) return next();
    request.url = url;
    withParsedBody(request, request.body);
    listener(request, response);
  };
}
