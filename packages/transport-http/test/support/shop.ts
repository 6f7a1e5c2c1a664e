import {
  channel,
  createRegistry,
  event,
  Holdfast,
  type HoldfastOptions,
  type Logger,
  memoryStore,
  type Registry,
  type Store,
  step,
  stream,
  workflow,
} from '@holdfast/core/internal';
import { z } from 'zod';
import { type HttpOptions, httpHandler, startable } from '../../src/index.js';

export const Order = z.object({ item: z.string(), quantity: z.number().int().positive() });

/** An error that knows what callers must not. */
export class GatewayError extends Error {
  readonly code = 'CARD_REFUSED';
  override readonly message = 'the password of the gateway is hunter2';
}

/** What a small shop does. */
export function program(registry: Registry = createRegistry()) {
  const approval = channel('approval', { registry, schema: z.object({ by: z.string() }) });
  const go = channel<number | null>('go', { registry });
  const progress = event<number>('progress', { registry });
  const tokens = stream<string>('tokens', { registry });

  const checkout = workflow('checkout', { registry, input: Order }, async (order) => {
    const paid = await step.run('charge', () => order.quantity * 10);
    return { paid, at: new Date(0), lines: new Map([[order.item, order.quantity]]), note: undefined };
  });
  const approve = workflow('ask for approval', { registry }, async (question: string) => {
    const { by } = await approval.receive();
    return `${question} ${by}`;
  });
  /** Writes a token and shows how far it is, each time it is told to go on; ends when it is told null. */
  const tell = workflow('tell', { registry }, async () => {
    for (;;) {
      const n = await go.receive();
      if (n === null) return 'told';
      await tokens.write(`token ${n}`);
      await progress.set(n);
    }
  });
  const refuse = workflow('refuse', { registry }, async () => {
    await step.run('charge', () => Promise.reject(new GatewayError()));
  });
  const add = workflow('add', { registry }, async (one: number, other: number) => one + other);
  const once = workflow('once', { registry }, async (what: string) => what);
  return { registry, checkout, approve, tell, refuse, add, once, approval, go, progress, tokens };
}

export type Program = ReturnType<typeof program>;

/** What a test notes of the logger. */
export interface Logged {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export function noting(logged: Logged[]): Logger {
  const at = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A shop that is open, over HTTP. */
export async function openShop(options: Partial<HttpOptions> = {}, store: Store = memoryStore()) {
  const shop = program();
  const { checkout, approve, tell, refuse, add, once, approval, go, progress, tokens } = shop;
  const app = new Holdfast({ store, registry: shop.registry, parkAfter: '20ms' });
  await app.launch();
  const handler = httpHandler(app, {
    authorize: () => true,
    ...options,
    workflows: {
      checkout,
      approve,
      tell,
      refuse,
      add: startable(add, { args: (body: { one: number; other: number }) => [body.one, body.other] }),
      once: startable(once, { needsKey: true }),
    },
    channels: { approval, go },
    events: { progress },
    streams: { tokens },
  });
  const others: Holdfast[] = [];
  const base = `http://shop.test${handler.basePath}`;
  const postText = (path: string, body?: string, headers: Record<string, string> = {}) =>
    handler(
      new Request(`${base}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body }),
      }),
    );
  return {
    ...shop,
    app,
    store,
    handler,
    get: (path: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      handler(new Request(`${base}${path}`, { headers, ...(signal && { signal }) })),
    post: (path: string, body?: unknown, headers: Record<string, string> = {}) =>
      postText(path, body === undefined ? undefined : JSON.stringify(body), headers),
    postText,
    /** An app beside it, of all that is defined by now. */
    async launchAnother(options: Pick<HoldfastOptions, 'classes'> = {}) {
      const another = new Holdfast({ store: memoryStore(), registry: shop.registry, ...options });
      await another.launch();
      others.push(another);
      return another;
    },
    async close() {
      await handler.close();
      for (const one of [app, ...others]) await one.shutdown({ drain: 0 });
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;

/** Opens a shop for one test. */
export async function withShop(
  work: (shop: Shop) => Promise<void>,
  options: Partial<HttpOptions> = {},
  store?: Store,
): Promise<void> {
  const shop = await openShop(options, store);
  try {
    await work(shop);
  } finally {
    await shop.close();
  }
}

/** The id of a run that was started. */
export async function startedId(response: Response): Promise<string> {
  const { id } = (await response.json()) as { readonly id: string };
  return id;
}
