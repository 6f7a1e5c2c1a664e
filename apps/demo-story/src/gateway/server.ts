import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Books } from './books.js';

export interface GatewayOptions {
  /** How long it takes to answer, in milliseconds. */
  readonly latencyMs?: number;
  /** Of so many new requests, it turns one away at first. Default: none. */
  readonly busyOnceIn?: number;
}

/** What a card was charged for, and the gateway has told nobody yet. */
export interface HeldAnswer {
  /** Tells. */
  release(): void;
}

/** A payment gateway to play with: over HTTP, slow, sometimes busy, and true to idempotency keys. */
export class Gateway {
  readonly books = new Books();
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #holding = new Map<string, (held: HeldAnswer) => void>();
  readonly #turnedAway = new Set<string>();
  #requests = 0;

  private constructor(options: GatewayOptions) {
    this.#options = options;
    const http = new Hono();
    http.post('/charges', (c) => this.#charge(c));
    http.post('/refunds', (c) => this.#refund(c));
    this.#server = serve({ fetch: http.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  }

  static async open(options: GatewayOptions = {}): Promise<Gateway> {
    const gateway = new Gateway(options);
    await once(gateway.#server, 'listening');
    return gateway;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** How often it was asked again for what it had done already. */
  get repeats(): number {
    return this.books.entries.reduce((sum, { calls }) => sum + calls - 1, 0);
  }

  /** The next charge for an order is made, but nobody is told. Resolves when the card is charged. */
  holdAnswerFor(order: string): Promise<HeldAnswer> {
    return new Promise((resolve) => this.#holding.set(order, resolve));
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #charge(c: Context): Promise<Response> {
    const key = keyOf(c);
    const { order, amount } = await c.req.json<{ order: string; amount: number }>();
    await delay(this.#options.latencyMs ?? 0);
    if (this.#isTooBusyFor(key)) return c.json({ error: 'Too busy, come back later' }, 503);
    const done = this.books.charge(key, order, amount);
    await this.#hold(order);
    return c.json(done);
  }

  async #refund(c: Context): Promise<Response> {
    const key = keyOf(c);
    const { charge } = await c.req.json<{ charge: string }>();
    await delay(this.#options.latencyMs ?? 0);
    if (this.#isTooBusyFor(key)) return c.json({ error: 'Too busy, come back later' }, 503);
    const done = this.books.refund(key, charge);
    return done ? c.json(done) : c.json({ error: `There is no charge ${charge}` }, 404);
  }

  async #hold(order: string): Promise<void> {
    const tell = this.#holding.get(order);
    this.#holding.delete(order);
    if (tell) await new Promise<void>((release) => tell({ release }));
  }

  #isTooBusyFor(key: string): boolean {
    if (this.#turnedAway.has(key) || this.books.knows(key)) return false;
    this.#requests += 1;
    if (this.#requests % (this.#options.busyOnceIn ?? Number.POSITIVE_INFINITY) !== 0) return false;
    this.#turnedAway.add(key);
    return true;
  }
}

function keyOf(c: Context): string {
  return c.req.header('idempotency-key') ?? '';
}
