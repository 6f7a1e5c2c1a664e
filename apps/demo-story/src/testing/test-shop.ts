import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase } from '@holdfast/postgres/internal';
import pg from 'pg';
import type { Entry } from '../gateway/books.js';
import { Gateway, type GatewayOptions } from '../gateway/server.js';
import { hasEnded, type RunRow, readRuns } from '../journal.js';
import type { Order } from '../order.js';
import type { Sale } from '../proof.js';
import { createShopTables } from '../tables.js';
import { Worker } from '../worker.js';

const STOCK = 1000;
const SKUS = ['lamp', 'kettle', 'chair'];
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

export interface TestShopOptions {
  readonly serverUrl: string;
  /** The shop's `worker.ts`. */
  readonly script: URL;
  readonly gateway?: GatewayOptions;
}

/** A shop with a database and a gateway of its own, and with as many workers as a test opens. */
export class TestShop {
  readonly db: pg.Client;
  readonly gateway: Gateway;
  readonly orders: Order[] = [];
  readonly #script: URL;
  readonly #url: string;
  readonly #drop: () => Promise<void>;
  readonly #workers: Worker[] = [];

  private constructor(script: URL, url: string, drop: () => Promise<void>, gateway: Gateway) {
    this.db = new pg.Client({ connectionString: url });
    this.gateway = gateway;
    this.#script = script;
    this.#url = url;
    this.#drop = drop;
  }

  static async open({ serverUrl, script, gateway = {} }: TestShopOptions): Promise<TestShop> {
    const { url, drop } = await createTestDatabase(serverUrl);
    await createShopTables(url);
    const shop = new TestShop(script, url, drop, await Gateway.open(gateway));
    await shop.db.connect();
    return shop;
  }

  /** Workers that were not killed. */
  get open(): readonly Worker[] {
    return this.#workers.filter(({ isAlive }) => isAlive);
  }

  get sale(): Sale {
    const stock = new Map(SKUS.map((sku) => [sku, STOCK]));
    return { orders: this.orders, stock, books: this.gateway.books };
  }

  /** What the gateway did for an order. */
  moved(order: string): readonly Entry[] {
    return this.gateway.books.entries.filter((entry) => entry.order === order);
  }

  /** Starts a worker. Resolves when its shop is open. */
  async openWorker(): Promise<Worker> {
    const env = { DATABASE_URL: this.#url, GATEWAY_URL: this.gateway.url };
    const worker = new Worker(String(this.#workers.length + 1), { script: this.#script, env });
    await worker.opened();
    this.#workers.push(worker);
    return worker;
  }

  /** Orders as a customer does who wants it: from one worker after another, until one of them takes it. */
  async order(order: Order, pick: () => Worker | undefined): Promise<void> {
    this.orders.push(order);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await (pick() ?? nobody()).checkout(order);
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(LOOK_MS);
      }
    }
  }

  /** Waits until all checkouts have ended. */
  async allEnded(): Promise<readonly RunRow[]> {
    const ids = this.orders.map(({ id }) => id);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const runs = await readRuns(this.db, ids);
      if (runs.length === ids.length && runs.every(hasEnded)) return runs;
      for (const { obituary } of this.#workers) if (obituary) throw new Error(obituary);
      if (Date.now() > deadline) throw new Error(`Checkouts do not end: ${unfinished(ids, runs)}`);
      await delay(LOOK_MS);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((worker) => worker.kill()));
    await this.gateway.close();
    await this.db.end();
    await this.#drop();
  }
}

function nobody(): never {
  throw new Error('No worker is open');
}

function unfinished(ids: readonly string[], runs: readonly RunRow[]): string {
  const states = new Map(runs.map((run) => [run.id, run.state]));
  return ids.map((id) => `${id} is ${states.get(id) ?? 'not there'}`).join(', ');
}
