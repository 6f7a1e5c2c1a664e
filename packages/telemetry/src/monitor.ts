import type { Duration, Health } from '@holdfast/core';

/** What {@link monitor} shows at `/metrics`. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What an app is asked by {@link monitor}. A `Holdfast` is one. */
export interface Monitored {
  health(options?: { readonly timeout?: Duration }): Promise<Health>;
}

/** What {@link monitor} serves, and where. */
export interface MonitorOptions {
  /** What `/metrics` shows: `prometheusMetrics()`. Default: there is no such page. */
  readonly metrics?: MetricsPage;
  /** What comes before the paths: `'/internal'` for `/internal/readyz`. Default: nothing. */
  readonly basePath?: string;
  /** How long the store may take to answer. Default `'2s'`. */
  readonly timeout?: Duration;
}

/** Answers a request of the Fetch standard. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * Serves `/livez` (this process answers), `/readyz` (the app is launched and not being shut down, holds its lease, and its
 * store answers; else 503, and why), and `/metrics` for Prometheus. It asks nobody who they are: serve it on a port that is
 * not public.
 *
 * @example serve({ fetch: monitor(app, { metrics }), port: 9464 });     // of @hono/node-server; or Bun.serve, Deno.serve
 */
export function monitor(
  app: Monitored,
  { metrics, basePath = '', timeout = '2s' }: MonitorOptions = {},
): FetchHandler {
  const pages: Readonly<Record<string, () => Response | Promise<Response>>> = {
    '/livez': () => page('alive\n', 'text/plain; charset=utf-8'),
    '/readyz': async () => {
      const health = await app.health({ timeout });
      return page(`${JSON.stringify(health)}\n`, 'application/json', health.isReady ? 200 : 503);
    },
    ...(metrics && { '/metrics': async () => page(await metrics.text(), metrics.contentType) }),
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.startsWith(basePath) ? pathname.slice(basePath.length) : '';
    const show = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!show) return page('not found\n', 'text/plain; charset=utf-8', 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return page('only GET\n', 'text/plain; charset=utf-8', 405, { allow: 'GET, HEAD' });
    }
    const shown = await show();
    return request.method === 'HEAD' ? new Response(null, shown) : shown;
  };
}

function page(
  body: string,
  type: string,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': type, 'cache-control': 'no-store', ...more },
  });
}
