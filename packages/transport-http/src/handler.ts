import { type Context, Hono } from 'hono';
import { type Access, grantOf, Refused } from './access.js';
import { Calls } from './calls.js';
import type { HttpApi, HttpApp, HttpOptions } from './options.js';
import { Problem } from './problem.js';
import { problemOf } from './problem-of.js';
import { checkRate } from './rate-limit.js';
import { methodsByPath, ROUTES, type Served } from './routes/table.js';
import { checkedAuthorize, serverOf } from './settings.js';

/** Serves requests. */
export interface HttpHandler<Api extends HttpApi = HttpApi> {
  /** Answers a request. Never rejects. */
  (request: Request): Promise<Response>;
  /**
   * Takes no more requests, ends what only waits or follows, and resolves when everything is answered. To be called
   * before the server is closed and the app is shut down.
   */
  close(): Promise<void>;
  /** Where it is mounted, without a slash at the end; `''` for the root. */
  readonly basePath: string;
  /** Whether it takes no more requests. */
  readonly isClosing: boolean;
  /** How many requests are being served: an event stream until it ends. */
  readonly open: number;
  /** Of the type only: what the typed client goes by. */
  readonly api?: Api;
}

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
  const authorize = checkedAuthorize(options);
  const server = serverOf(app, options);
  const calls = new Calls();

  const serve = async ({ action, route }: Served, context: Context): Promise<Response> => {
    const request = context.req.raw;
    const { name = '', runId = '' } = context.req.param() as { name?: string; runId?: string };
    const access: Access = { action, ...(name && { name }), ...(runId && { runId }) };
    const call = calls.begin(request);
    const { signal, hold } = call;
    try {
      const grant = await grantOf(authorize, request, access);
      if (options.rateLimit) await checkRate(options.rateLimit, request, grant, access);
      return await route(server, { request, url: new URL(request.url), grant, signal, hold, name, runId });
    } finally {
      call.release();
    }
  };

  const router = new Hono().basePath(server.basePath || '/');
  for (const served of ROUTES) router.on(served.method, served.path, (context) => serve(served, context));
  for (const [path, methods] of methodsByPath()) router.all(path, () => methodNotAllowed(methods));
  router.notFound(() => new Problem(404, 'NOT_FOUND', 'There is nothing at this address.').response());
  router.onError((error) =>
    error instanceof Refused ? error.response : problemOf(error, server.logger).response(),
  );
  const handler = async (request: Request): Promise<Response> => {
    const response = await router.fetch(request);
    // Or a caller that tries again and again would keep its connection, and a server that is closing, open.
    return calls.isClosing ? lastOfConnection(response) : response;
  };
  return Object.defineProperties(handler, {
    basePath: { value: server.basePath },
    close: { value: () => calls.close() },
    isClosing: { get: () => calls.isClosing },
    open: { get: () => calls.size },
  }) as HttpHandler<Api>;
}

function lastOfConnection(response: Response): Response {
  const last = new Response(response.body, response);
  last.headers.set('connection', 'close');
  return last;
}

function methodNotAllowed(methods: readonly string[]): Response {
  const allow = methods.join(', ');
  return new Problem(405, 'METHOD_NOT_ALLOWED', `This address takes ${allow}.`, {
    headers: { allow },
  }).response();
}
