import { memoryStore, type Store } from '@holdfast/core/internal';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/internal';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { expectProblem } from './support/problems.js';
import { startedId, withShop } from './support/shop.js';

const ORDER = { item: 'tea', quantity: 3 };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(inject('serverUrl'));
});
afterAll(() => database.drop());

const stores: readonly (readonly [string, () => Store])[] = [
  ['in memory', () => memoryStore()],
  ['on Postgres', () => postgres(database.url, { schema: `s${Math.random().toString(36).slice(2)}` })],
];

describe.each(stores)('an idempotency key, %s', (_, store) => {
  const key = { 'idempotency-key': '"order 42"' };

  test('makes one run of any number of requests, all at once and later', () =>
    withShop(
      async ({ post, app }) => {
        const start = () => post('/workflows/checkout/runs', ORDER, key);
        const ids = await Promise.all(Array.from({ length: 20 }, async () => startedId(await start())));
        expect(new Set(ids).size).toBe(1);
        await app.handle(ids[0]!).result();
        expect(await startedId(await start())).toBe(ids[0]);
        expect((await app.runs.list()).runs).toHaveLength(1);
      },
      {},
      store(),
    ));

  test('that comes with another body is refused, and starts nothing', () =>
    withShop(
      async ({ post, app }) => {
        await post('/workflows/checkout/runs', ORDER, key);
        const other = await post('/workflows/checkout/runs', { ...ORDER, quantity: 4 }, key);
        await expectProblem(other, 422, 'IDEMPOTENCY_KEY_REUSED');
        expect((await app.runs.list()).runs).toHaveLength(1);
      },
      {},
      store(),
    ));

  test('of bodies that differ, all at once, lets one through', () =>
    withShop(
      async ({ post, app }) => {
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            post('/workflows/checkout/runs', { ...ORDER, quantity: n + 1 }, key),
          ),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(9).fill(422)]);
        expect((await app.runs.list()).runs).toHaveLength(1);
      },
      {},
      store(),
    ));

  test('is of one workflow and of one tenant', () =>
    withShop(
      async ({ post, app }) => {
        const start = async (workflow: string, body: unknown, tenant: string) =>
          startedId(await post(`/workflows/${workflow}/runs`, body, { ...key, tenant }));
        const ids = await Promise.all([
          start('checkout', ORDER, 'north'),
          start('checkout', ORDER, 'south'),
          start('approve', ORDER, 'north'),
        ]);
        expect(new Set(ids).size).toBe(3);
        expect(await start('checkout', ORDER, 'north')).toBe(ids[0]);
        expect((await app.runs.list({ tags: { tenant: 'north' } })).runs).toHaveLength(2);
      },
      { authorize: (request) => ({ tenant: request.headers.get('tenant')! }) },
      store(),
    ));

  test('of a message has it received once', () =>
    withShop(
      async ({ post, app, go }) => {
        const id = await startedId(await post('/workflows/tell/runs'));
        const send = (n: number, k: string) =>
          post(`/runs/${id}/channels/go`, n, { 'idempotency-key': `"${k}"` });
        for (const answer of await Promise.all([send(1, 'a'), send(1, 'a'), send(1, 'a')]))
          expect(answer.status).toBe(204);
        await send(2, 'b');
        await app.channel(go).send(id, null);
        await app.handle(id).result();
        const received = (await app.runs.steps(id)).filter(({ kind }) => kind === 'receive');
        expect(received.map(({ output }) => output)).toEqual([1, 2, null]);
      },
      {},
      store(),
    ));
});

describe('the header', () => {
  test.each([
    ['in quotes', '"order 42"', 'order 42'],
    ['bare', 'order 42', 'order 42'],
    ['with a quote in it', '"say \\"hi\\""', 'say "hi"'],
  ])('may be %s', (_, header, key) =>
    withShop(async ({ post, app }) => {
      const id = await startedId(
        await post('/workflows/checkout/runs', ORDER, { 'idempotency-key': header }),
      );
      expect((await app.runs.get(id)).tags).toMatchObject({ http: { key } });
    }),
  );

  test.each([
    ['empty', '""'],
    ['too long', 'k'.repeat(256)],
    ['of other than ASCII', '"caf\u00e9"'],
  ])('is refused if it is %s', (_, header) =>
    withShop(async ({ post }) => {
      const response = await post('/workflows/checkout/runs', ORDER, { 'idempotency-key': header });
      await expectProblem(response, 400, 'INVALID_ID');
    }),
  );

  test('is missed where it is needed, before anything is read', () =>
    withShop(async ({ post, postText }) => {
      await expectProblem(await postText('/workflows/once/runs', '{'), 400, 'IDEMPOTENCY_KEY_MISSING');
      const id = await startedId(await post('/workflows/once/runs', 'x', { 'idempotency-key': 'k' }));
      expect(id).toMatch(/^http-/);
    }));

  test('says nothing of spaces and order: the same JSON is the same body', () =>
    withShop(async ({ postText: post }) => {
      const start = (body: string) => post('/workflows/checkout/runs', body, { 'idempotency-key': '"one"' });
      expect((await start('{"item":"tea","quantity":1}')).status).toBe(202);
      expect((await start('{ "quantity": 1,\n "item": "tea" }')).status).toBe(202);
    }));
});
