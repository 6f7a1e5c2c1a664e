import type { HttpHandler } from '../handler.js';

/**
 * A handler for Hono, on any of its runtimes.
 *
 * @example app.all('/api/runs/*', honoHandler(handler));
 */
export function honoHandler(
  handler: HttpHandler,
): (context: { readonly req: { readonly raw: Request } }) => Promise<Response> {
  return ({ req }) => handler(req.raw);
}
