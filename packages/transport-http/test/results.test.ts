import { describe, expect, test } from 'vitest';
import { expectProblem } from './support/problems.js';
import { startedId, withShop } from './support/shop.js';

const ORDER = { item: 'tea', quantity: 3 };

describe('results', () => {
  test('of a run that has ended is what it returned, as plain JSON', () =>
    withShop(async ({ post, get, app }) => {
      const id = await startedId(await post('/workflows/checkout/runs', ORDER));
      await app.handle(id).result();
      expect(await (await get(`/runs/${id}/result`)).json()).toEqual({
        id,
        state: 'succeeded',
        result: { paid: 30, at: '1970-01-01T00:00:00.000Z', lines: [['tea', 3]], note: null },
      });
    }));

  test('of a run that has not ended is not there yet: 202, at once', () =>
    withShop(async ({ post, get }) => {
      const id = await startedId(await post('/workflows/tell/runs'));
      const response = await get(`/runs/${id}/result`);
      expect(response.status).toBe(202);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await response.json()).toMatchObject({ id, workflow: 'tell', completedAt: null });
    }));

  test('is waited for as long as the request says', () =>
    withShop(async ({ post, get, app, go }) => {
      const id = await startedId(await post('/workflows/tell/runs'));
      const waiting = get(`/runs/${id}/result?wait=20s`);
      await app.channel(go).send(id, null);
      expect(await (await waiting).json()).toEqual({ id, state: 'succeeded', result: 'told' });
    }));

  test('is waited for no longer than the server allows', () =>
    withShop(
      async ({ post, get }) => {
        const id = await startedId(await post('/workflows/tell/runs'));
        expect((await get(`/runs/${id}/result?wait=1h`)).status).toBe(202);
      },
      { longestWait: '50ms' },
    ));

  test('a wait that is no duration is refused', () =>
    withShop(async ({ post, get }) => {
      const id = await startedId(await post('/workflows/tell/runs'));
      await expectProblem(await get(`/runs/${id}/result?wait=soon`), 400, 'INVALID_DURATION');
    }));

  test('a caller who leaves ends the wait, and a handler that closes does', () =>
    withShop(async ({ post, get, handler }) => {
      const id = await startedId(await post('/workflows/tell/runs'));
      const leaving = new AbortController();
      const left = get(`/runs/${id}/result?wait=30s`, {}, leaving.signal);
      const stays = get(`/runs/${id}/result?wait=30s`);
      expect(handler.open).toBe(2);
      leaving.abort();
      await left;
      expect(handler.open).toBe(1);
      await handler.close();
      expect((await stays).status).toBe(202);
      expect(handler.open).toBe(0);
      await expectProblem(await get(`/runs/${id}`), 503, 'SHUT_DOWN');
    }));

  test('no more wait at a time than are allowed', () =>
    withShop(
      async ({ post, get, app, go }) => {
        const id = await startedId(await post('/workflows/tell/runs'));
        const first = get(`/runs/${id}/result?wait=30s`);
        await expect.poll(async () => (await get(`/runs/${id}/result?wait=1ms`)).status).toBe(503);
        expect((await get(`/runs/${id}/result`)).status).toBe(202);
        await app.channel(go).send(id, null);
        expect((await first).status).toBe(200);
        expect((await get(`/runs/${id}/result?wait=30s`)).status).toBe(200);
      },
      { readers: 1 },
    ));
});

describe('runs that do not succeed', () => {
  test('show the code of their error and no word more', () =>
    withShop(async ({ post, get, app }) => {
      const id = await startedId(await post('/workflows/refuse/runs'));
      await app
        .handle(id)
        .result()
        .catch(() => undefined);
      const text = await (await get(`/runs/${id}/result`)).text();
      expect(JSON.parse(text)).toEqual({ id, state: 'failed', error: { code: 'CARD_REFUSED' } });
      expect(text).not.toContain('hunter2');
      expect(await (await get(`/runs/${id}`)).text()).not.toContain('hunter2');
    }));

  test('show what the server says of it', () =>
    withShop(
      async ({ post, get, app }) => {
        const id = await startedId(await post('/workflows/refuse/runs'));
        await app
          .handle(id)
          .result()
          .catch(() => undefined);
        expect(await (await get(`/runs/${id}/result`)).json()).toMatchObject({
          error: { code: 'CARD_REFUSED', message: 'Error: the password has 7 letters' },
        });
      },
      {
        showError: (error) => {
          const { name, message } = error as Error;
          return `${name}: the password has ${message.split(' ').at(-1)!.length} letters`;
        },
      },
    ));

  test('because they were cancelled say so', () =>
    withShop(async ({ post, get }) => {
      const id = await startedId(await post('/workflows/tell/runs'));
      expect(await (await post(`/runs/${id}/cancel`, {})).json()).toEqual({ cancelled: true });
      expect(await (await post(`/runs/${id}/cancel`, {})).json()).toEqual({ cancelled: false });
      expect(await (await get(`/runs/${id}/result`)).json()).toEqual({
        id,
        state: 'cancelled',
        error: { code: 'RUN_CANCELLED' },
      });
    }));
});

describe('messages', () => {
  test('reach the run', () =>
    withShop(async ({ post, app }) => {
      const id = await startedId(await post('/workflows/approve/runs', 'shall we?'));
      const response = await post(`/runs/${id}/channels/approval`, { by: 'Kim' });
      expect(response.status).toBe(204);
      expect(await app.handle(id).result()).toBe('shall we? Kim');
    }));

  test('are checked by the schema of their channel', () =>
    withShop(async ({ post }) => {
      const id = await startedId(await post('/workflows/approve/runs', 'shall we?'));
      const problem = await expectProblem(
        await post(`/runs/${id}/channels/approval`, { by: 7 }),
        422,
        'INVALID_INPUT',
      );
      expect(problem.issues).toMatchObject([{ path: 'by' }]);
    }));

  test('to a run that has ended are refused', () =>
    withShop(async ({ post }) => {
      const id = await startedId(await post('/workflows/approve/runs', 'shall we?'));
      await post(`/runs/${id}/cancel`, {});
      await expectProblem(await post(`/runs/${id}/channels/approval`, { by: 'Kim' }), 409, 'RUN_FINISHED');
    }));

  test('go through channels that are named, and no others', () =>
    withShop(async ({ post }) => {
      const id = await startedId(await post('/workflows/approve/runs', 'shall we?'));
      await expectProblem(await post(`/runs/${id}/channels/secret`, 1), 404, 'NOT_FOUND');
    }));
});
