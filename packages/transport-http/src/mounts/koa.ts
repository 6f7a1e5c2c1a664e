import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../handler.js';
import { isUnder, nodeListener, withParsedBody } from './listener.js';

/** What is used of Koa's context. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  readonly request: object;
  respond?: boolean;
}

/**
 * Middleware for Koa. Requests outside the handler's base path go on to the next one.
 *
 * @example app.use(koaMiddleware(handler));
 */
export function koaMiddleware(
  handler: HttpHandler,
): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const listener = nodeListener(handler);
  return async (context, next) => {
    if (!isUnder(handler.basePath, context.originalUrl)) return void (await next());
    const { req, res, request } = context;
    context.respond = false;
    req.url = context.originalUrl;
    withParsedBody(req, (request as { readonly body?: unknown }).body);
    // What stands before us may want to know when it is over.
    const closed = new Promise((resolve) => res.once('close', resolve));
    listener(req, res);
    await closed;
  };
}
