import { setTimeout as delay } from 'node:timers/promises';
import { startTemporaryCluster, type TemporaryCluster } from '@holdfast/postgres/internal';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOWHERE } from './order.js';
import { holds, prove } from './proof.js';
import { Chance } from './testing/chance.js';
import { TestShop } from './testing/test-shop.js';
import type { Worker } from './worker.js';

/** What every shop must pass. It runs as processes of its own, which are killed. */
export function shopTests(name: string, script: URL): void {
  let cluster: TemporaryCluster | undefined;
  let shop: TestShop;
  let workers: readonly [Worker, Worker];

  beforeAll(async () => {
    const { DATABASE_URL } = process.env;
    if (!DATABASE_URL) cluster = await startTemporaryCluster();
    const serverUrl = cluster?.url ?? DATABASE_URL!;
    shop = await TestShop.open({ serverUrl, script, gateway: { latencyMs: 50, busyOnceIn: 5 } });
    workers = await Promise.all([shop.openWorker(), shop.openWorker()]);
  });
  afterAll(async () => {
    await shop.close();
    await cluster?.remove();
  });

  const disproved = async () => (await prove(shop.db, shop.sale)).filter((claim) => !holds(claim));

  describe(`the shop on ${name}`, () => {
    test('makes one order of a checkout that is asked for many times', async () => {
      const order = { id: 'insistent', sku: 'lamp', quantity: 2, shipTo: 'Lisbon' };
      shop.orders.push(order);
      await Promise.all([...workers, ...workers, ...workers].map((worker) => worker.checkout(order)));
      await shop.allEnded();
      await workers[0].checkout(order);
      expect(await disproved()).toEqual([]);
      expect(shop.moved(order.id)).toHaveLength(1);
    });

    test('refunds an order that cannot be shipped', async () => {
      const order = { id: 'undeliverable', sku: 'lamp', quantity: 2, shipTo: NOWHERE };
      await shop.order(order, () => workers[0]);
      await shop.allEnded();
      const [charge, refund] = shop.moved(order.id).map(({ done }) => done.id);
      expect(await workers[1].order(order.id)).toEqual({
        id: order.id,
        run: 'succeeded',
        receipt: { status: 'refunded', reason: `No carrier delivers to ${NOWHERE}`, refund },
        order: { status: 'refunded', amount: 9800, charge, refund },
      });
      expect(await disproved()).toEqual([]);
    });

    test('charges nobody for what is not there', async () => {
      const order = { id: 'excessive', sku: 'lamp', quantity: 1001, shipTo: 'Lisbon' };
      await workers[0].checkout(order);
      await expect.poll(() => workers[0].order(order.id)).toEqual({ id: order.id, run: 'failed' });
      expect(shop.moved(order.id)).toEqual([]);
      expect(await disproved()).toEqual([]);
    });

    test('answers what it cannot serve', async () => {
      const post = (body: string) => workers[0].fetch('checkout', { method: 'POST', body });
      const nothing = { id: 'nothing', sku: 'lamp', quantity: 0, shipTo: 'Lisbon' };
      expect((await post(JSON.stringify(nothing))).status).toBe(400);
      expect((await post('null')).status).toBe(400);
      expect((await post('no JSON')).status).toBe(400);
      expect((await workers[0].fetch('orders/nothing')).status).toBe(404);
      expect((await workers[0].fetch('health')).status).toBe(200);
    });

    test('sells each thing exactly once, however often its processes are killed', async () => {
      const chance = new Chance();
      console.log(`HOLDFAST_SEED=${chance.seed}`);
      const killing = new AbortController();
      const buying = customers(shop, chance, killing.signal);
      const kills = await killer(shop, chance, 5).finally(() => killing.abort());
      await buying;
      const runs = await shop.allEnded();
      const recovered = runs.filter(({ epoch }) => epoch > 1).length;
      console.log(`${runs.length} checkouts, ${kills} processes killed, ${recovered} checkouts recovered`);
      expect(await disproved()).toEqual([]);
      expect(recovered).toBeGreaterThan(0);
    }, 60_000);
  });
}

/** Customers come one after another, and order from any worker, until it is over. */
async function customers(shop: TestShop, chance: Chance, over: AbortSignal): Promise<void> {
  const ordering: Promise<void>[] = [];
  while (!over.aborted) {
    const sku = chance.pick(['lamp', 'kettle', 'chair']);
    const shipTo = chance.pick(['Lisbon', 'Oslo', 'Turin', NOWHERE]);
    const order = { id: `order-${ordering.length + 1}`, sku, quantity: chance.between(1, 5), shipTo };
    ordering.push(shop.order(order, () => anyOf(shop.open, chance)));
    await delay(chance.between(50, 300));
  }
  await Promise.all(ordering);
}

/** Kills a worker at any moment, and starts another in its place; sometimes it kills all there are. Answers how many. */
async function killer(shop: TestShop, chance: Chance, rounds: number): Promise<number> {
  let kills = 0;
  for (let n = 0; n < rounds; n++) {
    await delay(chance.between(100, 900));
    const victims = chance.next() < 0.2 ? shop.open : [chance.pick(shop.open)];
    await Promise.all(victims.map((worker) => worker.kill()));
    await Promise.all(victims.map(() => shop.openWorker()));
    kills += victims.length;
  }
  return kills;
}

function anyOf(workers: readonly Worker[], chance: Chance): Worker | undefined {
  return workers.length > 0 ? chance.pick(workers) : undefined;
}
