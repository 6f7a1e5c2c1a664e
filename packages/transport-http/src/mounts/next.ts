import type { HttpHandler } from '../handler.js';

/**
 * The route handlers of Next.js, for a route that catches all below the handler's base path.
 *
 * @example
 * // app/api/runs/[...path]/route.ts, with basePath: '/api/runs'
 * export const { GET, POST } = nextHandlers(handler);
 * export const dynamic = 'force-dynamic';
 */
export function nextHandlers(handler: HttpHandler): {
  readonly GET: (request: Request) => Promise<Response>;
  readonly POST: (request: Request) => Promise<Response>;
} {
  const serve = (request: Request): Promise<Response> => handler(request);
  return { GET: serve, POST: serve };
}
