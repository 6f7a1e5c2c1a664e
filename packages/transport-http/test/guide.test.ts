import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { type Registry, workflow } from '@holdfast/core';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import ts from 'typescript';
import { expect, test } from 'vitest';
import * as client from '../src/client.js';
import * as index from '../src/index.js';
import * as node from '../src/node.js';
import { listen } from './support/listen.js';
import { expectProblem } from './support/problems.js';
import { GatewayError, type Shop, withShop } from './support/shop.js';

const GUIDE = join(import.meta.dirname, '..', '..', '..', 'docs', 'guides', 'http.md');
const examples = [...readFileSync(GUIDE, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text!);

/** What an example leaves behind. */
interface Made {
  readonly handler: index.HttpHandler;
  readonly response: Response;
  readonly run: { readonly id: string };
}

/** Runs an example as the body of a function that is given what it takes for granted. */
async function perform(example: string, given: Readonly<Record<string, unknown>>): Promise<Made> {
  const body = example.replace(/^import .*$/gm, '').replaceAll('…', 'x');
  const scope = { ...index, ...node, ...client, RateLimiterMemory, ...given };
  const made = [...body.matchAll(/^const (\w+)/gm)].map(([, name]) => name!);
  const taken = Object.keys(scope).filter((name) => !made.includes(name));
  const whole = `(async ({ ${taken.join(', ')} }) => { ${body}\n return { ${made.join(', ')} }; })`;
  const { outputText } = ts.transpileModule(whole, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return (await (runInThisContext(outputText) as (scope: object) => Promise<Made>)(scope)) as Made;
}

const ORDER = { item: 'tea', quantity: 3 };

function request(path: string, body?: unknown, headers: Record<string, string> = {}): Request {
  return new Request(`http://shop.test${path}`, {
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
}

const importing = (registry: Registry) =>
  workflow('import', { registry }, async (shop: string, by: string) => `${shop} by ${by}`);

/** What must have come of each example, in their order. `given` is the reader's own part. */
const scenarios: readonly {
  readonly what: string;
  readonly given?: (shop: Shop) => object | Promise<object>;
  readonly after: (made: Made, shop: Shop, given: object) => Promise<void>;
}[] = [
  {
    what: 'starts a run by a request',
    given: (shop) => shop,
    async after({ response }, { app }) {
      expect(response.status).toBe(202);
      expect((await app.runs.list({ workflow: 'checkout' })).runs).toHaveLength(1);
    },
  },
  {
    what: 'closes a server, and the app',
    given: async ({ app, handler }) => {
      const server = createServer(node.nodeListener(handler));
      await listen(server);
      return { app, handler, server };
    },
    async after(_, { handler, app, checkout }, given) {
      expect((given as { readonly server: { readonly listening: boolean } }).server.listening).toBe(false);
      expect(handler.isClosing).toBe(true);
      await expect(app.start(checkout, [ORDER])).rejects.toMatchObject({ code: 'SHUT_DOWN' });
    },
  },
  {
    what: 'starts a workflow of several arguments, with tags, by a key only',
    given: async (shop) => {
      const importShop = importing(shop.registry);
      return { app: await shop.launchAnother(), importShop };
    },
    async after({ handler }, _, given) {
      const post = (headers: Record<string, string>) =>
        handler(request('/workflows/import/runs', { shop: 'north' }, { 'user-agent': 'till', ...headers }));
      await expectProblem(await post({}), 400, 'IDEMPOTENCY_KEY_MISSING');
      const { id } = (await (await post({ 'idempotency-key': '"k"' })).json()) as { readonly id: string };
      const { app } = given as Pick<Shop, 'app'>;
      expect(await app.handle(id).result()).toBe('north by http');
      expect((await app.runs.get(id)).tags).toMatchObject({ agent: 'till' });
    },
  },
  {
    what: 'lets in whom a session says, for a shop of his own',
    given: ({ app, checkout }) => ({
      app,
      checkout,
      sessionOf: async ({ headers }: Request) =>
        headers.has('shop') && { shop: headers.get('shop'), isAdmin: headers.has('admin') },
    }),
    async after({ handler }) {
      const ask = (path: string, body: unknown, headers: Record<string, string>) =>
        handler(request(path, body, headers));
      expect((await ask('/workflows/checkout/runs', ORDER, {})).status).toBe(401);
      const started = await ask('/workflows/checkout/runs', ORDER, { shop: 'north' });
      const { id } = (await started.json()) as { readonly id: string };
      await expectProblem(await ask(`/runs/${id}`, undefined, { shop: 'south' }), 404, 'RUN_NOT_FOUND');
      await expectProblem(await ask(`/runs/${id}/cancel`, {}, { shop: 'north' }), 403, 'FORBIDDEN');
      expect((await ask(`/runs/${id}/cancel`, {}, { shop: 'north', admin: 'yes' })).status).toBe(200);
    },
  },
  {
    what: 'counts the requests of a tenant',
    given: ({ app, checkout }) => ({ app, checkout }),
    async after({ handler }) {
      for (let n = 0; n < 100; n++) expect((await handler(request('/runs/x'))).status).toBe(404);
      await expectProblem(await handler(request('/runs/x')), 429, 'RATE_LIMITED');
    },
  },
  {
    what: 'follows a run by the client',
    given: async ({ handler }) => {
      const server = createServer(node.nodeListener(handler));
      const lines: unknown[] = [];
      const url = await listen(server);
      return { handler, server, url, lines, console: { log: (line: unknown) => lines.push(line) } };
    },
    async after(_, { handler }, given) {
      const { server, lines } = given as {
        readonly server: ReturnType<typeof createServer>;
        readonly lines: readonly unknown[];
      };
      expect(lines).toEqual(['token 1', 'told']);
      await node.closeServer(server, handler);
    },
  },
  {
    what: 'shows what an error says that is meant for callers',
    given: async ({ launchAnother, refuse }) => ({
      app: await launchAnother({ classes: [GatewayError] }),
      checkout: refuse,
      CardRefused: GatewayError,
    }),
    async after({ handler }, { refuse }, given) {
      const { id } = await (given as Pick<Shop, 'app'>).app.start(refuse, []);
      expect(await (await handler(request(`/runs/${id}/result?wait=20s`))).json()).toMatchObject({
        error: { code: 'CARD_REFUSED', message: 'the password of the gateway is hunter2' },
      });
    },
  },
];

test('each example of the guide has its scenario', () => {
  expect(scenarios).toHaveLength(examples.length);
});

test.each(scenarios.map((scenario, n) => [scenario.what, scenario, examples[n]!] as const))(
  'the guide %s',
  (_, { given, after }, example) =>
    withShop(async (shop) => {
      const own = (await given?.(shop)) ?? {};
      await after(await perform(example, { ...own }), shop, own);
    }),
);
