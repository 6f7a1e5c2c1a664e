import { durationMs, HoldfastError, silentLogger } from '@holdfast/core/internal';
import { type Context, Hono } from 'hono';
import { type Access, grantOf, Refused } from './access.js';
import { Calls } from './calls.js';
import { Exposure } from './exposure.js';
import type { HttpApi, HttpApp, HttpOptions } from './options.js';
import { Places } from './places.js';
import { Problem } from './problem.js';
import { problemOf } from './problem-of.js';
import { checkRate } from './rate-limit.js';
import { result } from './routes/result.js';
import type { Route, Server } from './routes/server.js';
import { start } from './routes/start.js';
import { status } from './routes/status.js';

/** Serves requests. */
export interface HttpHandler<Api extends HttpApi = HttpApi> {
  /** Answers a request. Never rejects. */
  (request: Request): Promise<Response>;
  /**
   * Takes no more requests, ends what only waits or follows, and resolves when everything is answered. To be called
   * before the server is closed and the app is shut down.
   */
  close(): Promise<void>;
  /** Whether it takes no more requests. */
  readonly isClosing: boolean;
  /** Of the type only: what the typed client goes by. */
  readonly api?: Api;
}

/** What is served at an address. */
interface Served {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly action: Access['action'];
  readonly route: Route;
}

const ROUTES: readonly Served[] = [
  { method: 'POST', path: '/workflows/:name/runs', action: 'start', route: start },
  { method: 'GET', path: '/runs/:runId', action: 'status', route: status },
  { method: 'GET', path: '/runs/:runId/result', action: 'result', route: result },
];

/**
 * Makes a handler that starts runs of workflows, and shows them. Only what is named can be reached, and only by whom
 * `authorize` lets in.
 *
 * @param app a launched app or an open client. Requests before that, and after its shutdown, are answered with 503.
 * @throws HoldfastError INVALID_OPTION, INVALID_DURATION, UNKNOWN_WORKFLOW.
 * @example
 * const handler = httpHandler(app, { workflows: { checkout }, authorize: (request) => isOurs(request) });
 * const response = await handler(new Request('http://localhost/workflows/checkout/runs', { method: 'POST', … }));
 */
export function httpHandler<const Api extends HttpApi>(
  app: HttpApp,
  options: HttpOptions & Api,
): HttpHandler<Api> {
  const { authorize, rateLimit } = options;
  if (typeof authorize !== 'function') {
    throw new HoldfastError(
      'INVALID_OPTION',
      'The HTTP handler was not told who may do what. Give it { authorize: (request, access) => … }; ' +
        '{ authorize: () => true } lets everybody in.',
    );
  }
  const server = serverOf(app, options);
  const calls = new Calls();
  const router = new Hono().basePath(server.basePath || '/');

  const serve = async ({ action, route }: Served, context: Context): Promise<Response> => {
    const request = context.req.raw;
    const { name = '', runId = '' } = context.req.param() as { name?: string; runId?: string };
    const access: Access = { action, ...(name && { name }), ...(runId && { runId }) };
    const grant = await grantOf(authorize, request, access);
    if (rateLimit) await checkRate(rateLimit, request, grant, access);
    const call = calls.begin(request);
    try {
      return await route(server, {
        request,
        url: new URL(request.url),
        grant,
        signal: call.signal,
        name,
        runId,
      });
    } finally {
      call.end();
    }
  };
  for (const served of ROUTES) router.on(served.method, served.path, (context) => serve(served, context));
  for (const [path, methods] of methodsByPath()) router.all(path, () => methodNotAllowed(methods));
  router.notFound(() => new Problem(404, 'NOT_FOUND', 'There is nothing at this address.').response());
  router.onError((error) =>
    error instanceof Refused ? error.response : problemOf(error, server.logger).response(),
  );
  const handler = async (request: Request): Promise<Response> => router.fetch(request);
  return Object.defineProperties(handler, {
    close: { value: () => calls.close() },
    isClosing: { get: () => calls.isClosing },
  }) as HttpHandler<Api>;
}

function serverOf(app: HttpApp, options: HttpOptions & HttpApi): Server {
  const { maxBodyBytes = 2 ** 20, maxBodyDepth = 64, concurrency = 1000, readers = 10_000 } = options;
  return {
    app,
    exposure: new Exposure(options),
    limits: {
      maxBodyBytes: positive(maxBodyBytes, 'maxBodyBytes'),
      maxBodyDepth: positive(maxBodyDepth, 'maxBodyDepth'),
    },
    writers: new Places(positive(concurrency, 'concurrency')),
    readers: new Places(positive(readers, 'readers')),
    basePath: checkedPath(options.basePath ?? ''),
    longestWaitMs: durationMs(options.longestWait ?? '30s', 'longestWait of the HTTP handler'),
    heartbeatMs: durationMs(options.heartbeat ?? '15s', 'heartbeat of the HTTP handler'),
    showError: options.showError ?? (() => undefined),
    logger: options.logger ?? silentLogger,
  };
}

function positive(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new HoldfastError(
    'INVALID_OPTION',
    `${name} of the HTTP handler is ${String(value)}; it must be a whole number from 1.`,
  );
}

/** A path without a slash at its end: `''` for the root. */
function checkedPath(path: string): string {
  if (path === '' || path === '/') return '';
  if (/^(\/[\w.~-]+)+\/?$/.test(path)) return path.replace(/\/$/, '');
  throw new HoldfastError(
    'INVALID_OPTION',
    `basePath of the HTTP handler is ${JSON.stringify(path)}; it must be a path such as '/api/runs'.`,
  );
}

function methodsByPath(): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of ROUTES) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  return byPath;
}

function methodNotAllowed(methods: readonly string[]): Response {
  const allow = methods.join(', ');
  return new Problem(405, 'METHOD_NOT_ALLOWED', `This address takes ${allow}.`, {
    headers: { allow },
  }).response();
}
