import { describe, expect, test } from 'vitest';
import { EventReader } from './support/event-reader.js';
import { FRAMEWORKS, type Mounted } from './support/frameworks.js';
import { expectProblem } from './support/problems.js';
import { type Shop, startedId, withShop } from './support/shop.js';

const ORDER = { item: 'tea', quantity: 3 };
const JSON_BODY = { 'content-type': 'application/json' };

describe.each(Object.entries(FRAMEWORKS))('in %s', (_, mount) => {
  /** The handler, on a real socket. */
  const served = (work: (shop: Shop, url: string, mounted: Mounted) => Promise<void>) =>
    withShop(
      async (shop) => {
        const mounted = await mount(shop.handler);
        try {
          await work(shop, `${mounted.address}/api/runs`, mounted);
        } finally {
          await mounted.close();
        }
      },
      { basePath: '/api/runs', maxBodyBytes: 1000 },
    );

  test('a run is started once by its key, shown and waited for', () =>
    served(async (_, url, { address }) => {
      const start = () =>
        fetch(`${url}/workflows/checkout/runs`, {
          method: 'POST',
          headers: { ...JSON_BODY, 'idempotency-key': '"42"' },
          body: JSON.stringify(ORDER),
        });
      const response = await start();
      expect(response.status).toBe(202);
      const id = await startedId(response);
      expect(await startedId(await start())).toBe(id);
      const outcome = await fetch(`${url}/runs/${id}/result?wait=20s`);
      expect(await outcome.json()).toMatchObject({ state: 'succeeded', result: { paid: 30 } });
      expect((await fetch(`${address}${response.headers.get('location')}`)).status).toBe(200);
    }));

  test('requests that are wrong are told so, as problems', () =>
    served(async (_, url) => {
      const post = (path: string, init: RequestInit) => fetch(`${url}${path}`, { method: 'POST', ...init });
      const wrong = JSON.stringify({ item: 'tea' });
      const start = '/workflows/checkout/runs';
      await expectProblem(await post(start, { headers: JSON_BODY, body: wrong }), 422, 'INVALID_INPUT');
      await expectProblem(await post(start, { body: wrong }), 415, 'CONTENT_TYPE_UNSUPPORTED');
      const large = JSON.stringify({ item: 'x'.repeat(2000), quantity: 1 });
      await expectProblem(await post(start, { headers: JSON_BODY, body: large }), 413, 'BODY_TOO_LARGE');
      await expectProblem(await fetch(`${url}/nowhere`), 404, 'NOT_FOUND');
      await expectProblem(await fetch(`${url}${start}`), 405, 'METHOD_NOT_ALLOWED');
    }));

  test("the server's own pages are its own", () =>
    served(async (_, _url, { address }) => {
      expect(await (await fetch(`${address}/own`)).text()).toBe('own');
    }));

  test('a stream is followed as it is written, and a reader whose connection is cut leaves nothing behind', () =>
    served(async ({ app, tell, go, handler }, url) => {
      const { id } = await app.start(tell, []);
      const cut = new AbortController();
      const reader = new EventReader(
        await fetch(`${url}/runs/${id}/streams/tokens`, {
          headers: { accept: 'text/event-stream' },
          signal: cut.signal,
        }),
      );
      for (const n of [0, 1]) {
        await app.channel(go).send(id, n);
        expect((await reader.next())?.id).toBe(String(n));
      }
      expect(handler.open).toBe(1);
      cut.abort();
      await expect.poll(() => handler.open).toBe(0);
    }));

  test('a close ends what is followed and what waits, and the server then closes', () =>
    served(async ({ app, tell, handler }, url) => {
      const { id } = await app.start(tell, []);
      const reader = new EventReader(
        await fetch(`${url}/runs/${id}/events/progress`, { headers: { accept: 'text/event-stream' } }),
      );
      const waiting = fetch(`${url}/runs/${id}/result?wait=30s`);
      await expect.poll(() => handler.open).toBe(2);
      await handler.close();
      expect(await reader.rest()).toEqual([]);
      expect((await waiting).status).toBe(202);
      const refused = await fetch(`${url}/runs/${id}`);
      expect(refused.headers.get('connection')).toBe('close');
      await expectProblem(refused, 503, 'SHUT_DOWN');
    }));
});

test('Fastify goes on parsing bodies of its own routes', () =>
  withShop(
    async ({ handler }) => {
      const { address, close } = await FRAMEWORKS['Fastify']!(handler);
      const response = await fetch(`${address}/parsed`, {
        method: 'POST',
        headers: JSON_BODY,
        body: '{"a":1}',
      });
      expect(await response.json()).toEqual({ got: { a: 1 } });
      await close();
      expect(handler.isClosing).toBe(true);
    },
    { basePath: '/api/runs' },
  ));
