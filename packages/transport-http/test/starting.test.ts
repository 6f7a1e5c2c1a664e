import { describe, expect, test } from 'vitest';
import { expectProblem } from './support/problems.js';
import { type Logged, noting, startedId, withShop } from './support/shop.js';

const ORDER = { item: 'tea', quantity: 3 };

describe('starting', () => {
  test('a request starts a run, and is told where it is', () =>
    withShop(async ({ post, get, app }) => {
      const response = await post('/workflows/checkout/runs', ORDER);
      expect(response.status).toBe(202);
      const run = (await response.clone().json()) as { readonly id: string };
      expect(run).toMatchObject({ workflow: 'checkout', completedAt: null, wakeAt: null });
      expect(response.headers.get('location')).toBe(`/runs/${run.id}`);
      await app.handle(run.id).result();
      expect(await (await get(`/runs/${run.id}`)).json()).toMatchObject({ id: run.id, state: 'succeeded' });
    }));

  test('the location is below the path where the handler is mounted', () =>
    withShop(
      async ({ post, get }) => {
        const response = await post('/workflows/checkout/runs', ORDER);
        const location = response.headers.get('location')!;
        expect(location).toMatch(/^\/api\/runs\/runs\//);
        expect((await get(location.replace('/api/runs', ''))).status).toBe(200);
      },
      { basePath: '/api/runs/' },
    ));

  test('what the schema of the workflow refuses starts nothing, and is told with its issues', () =>
    withShop(async ({ post, app }) => {
      const problem = await expectProblem(
        await post('/workflows/checkout/runs', { item: 'tea', quantity: -1 }),
        422,
        'INVALID_INPUT',
      );
      expect(problem.issues).toEqual([{ path: 'quantity', message: expect.any(String) as string }]);
      expect((await app.runs.list()).runs).toEqual([]);
    }));

  test('a workflow of several arguments is started with what is made of the body', () =>
    withShop(async ({ post, app }) => {
      const id = await startedId(await post('/workflows/add/runs', { one: 2, other: 40 }));
      expect(await app.handle(id).result()).toBe(42);
    }));

  test('no body is no argument', () =>
    withShop(async ({ post, app }) => {
      const id = await startedId(await post('/workflows/tell/runs'));
      expect((await app.runs.get(id)).input).toEqual([]);
    }));

  test('a workflow that is not named cannot be started, also if the app has it', () =>
    withShop(async ({ post }) => {
      await expectProblem(await post('/workflows/ask%20for%20approval/runs', 'x'), 404, 'NOT_FOUND');
      await expectProblem(await post('/workflows/constructor/runs', {}), 404, 'NOT_FOUND');
      await expectProblem(await post('/workflows/__proto__/runs', {}), 404, 'NOT_FOUND');
    }));

  test('an app that is shut down is answered for with 503', () =>
    withShop(async ({ post, app }) => {
      await app.shutdown({ drain: 0 });
      const response = await post('/workflows/checkout/runs', ORDER);
      expect(response.headers.get('retry-after')).toBe('1');
      await expectProblem(response, 503, 'SHUT_DOWN');
    }));
});

describe('bodies', () => {
  test.each([
    ['no type', undefined],
    ['a form', 'application/x-www-form-urlencoded'],
    ['plain text, as pages of other origins can send it unasked', 'text/plain'],
    ['JSON in another alphabet', 'application/json; charset=utf-16'],
  ])('%s is refused', (_, type) =>
    withShop(async ({ handler }) => {
      const response = await handler(
        new Request('http://shop.test/workflows/checkout/runs', {
          method: 'POST',
          body: new TextEncoder().encode(JSON.stringify(ORDER)),
          ...(type && { headers: { 'content-type': type } }),
        }),
      );
      await expectProblem(response, 415, 'CONTENT_TYPE_UNSUPPORTED');
    }),
  );

  test.each(['application/json; charset="UTF-8"', 'application/vnd.shop+json', 'Application/JSON'])(
    '%s is JSON',
    (type) =>
      withShop(async ({ post }) => {
        const response = await post('/workflows/checkout/runs', ORDER, { 'content-type': type });
        expect(response.status).toBe(202);
      }),
  );

  test('what is not JSON is refused', () =>
    withShop(async ({ postText }) => {
      await expectProblem(await postText('/workflows/checkout/runs', '{"item":'), 400, 'BODY_NOT_JSON');
    }));

  test('a field that would be a prototype is refused wherever it is', () =>
    withShop(async ({ postText }) => {
      const body = '{"item":"tea","quantity":1,"deep":[{"__proto__":{"isAdmin":true}}]}';
      await expectProblem(await postText('/workflows/checkout/runs', body), 400, 'BODY_NOT_JSON');
    }));

  test('a body that is nested too deep is refused, however deep', () =>
    withShop(async ({ postText: post }) => {
      const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
      await expectProblem(await post('/workflows/approve/runs', deep(65)), 400, 'BODY_TOO_DEEP');
      await expectProblem(await post('/workflows/approve/runs', deep(200_000)), 400, 'BODY_TOO_DEEP');
      expect((await post('/workflows/approve/runs', deep(64))).status).toBe(202);
    }));

  test('a body that is too large is refused, whatever it says of its length', () =>
    withShop(
      async ({ handler, post }) => {
        await expectProblem(await post('/workflows/approve/runs', 'x'.repeat(200)), 413, 'BODY_TOO_LARGE');
        let sent = 0;
        const endless = new ReadableStream<Uint8Array>({
          pull(controller) {
            sent += 50;
            controller.enqueue(new Uint8Array(50).fill(32));
          },
        });
        const response = await handler(
          new Request('http://shop.test/workflows/approve/runs', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: endless,
            duplex: 'half',
          }),
        );
        await expectProblem(response, 413, 'BODY_TOO_LARGE');
        expect(sent).toBeLessThan(500);
      },
      { maxBodyBytes: 100 },
    ));
});

describe('addresses', () => {
  test('an address that takes another method says which', () =>
    withShop(async ({ get, post }) => {
      const response = await get('/workflows/checkout/runs');
      expect(response.headers.get('allow')).toBe('POST');
      await expectProblem(response, 405, 'METHOD_NOT_ALLOWED');
      await expectProblem(await post('/runs/x', {}), 405, 'METHOD_NOT_ALLOWED');
    }));

  test('there is nothing anywhere else', () =>
    withShop(async ({ get }) => {
      await expectProblem(await get('/'), 404, 'NOT_FOUND');
      await expectProblem(await get('/runs/x/steps'), 404, 'NOT_FOUND');
    }));

  test.each(['missing', '%00', '%F0', 'x'.repeat(300), '..%2F..%2Fetc'])('the run "%s" is not there', (id) =>
    withShop(async ({ get }) => {
      await expectProblem(await get(`/runs/${id}`), 404, 'RUN_NOT_FOUND');
    }),
  );
});

describe('errors within', () => {
  test('are answered with no word of what they are, and go to the logger', async () => {
    const logged: Logged[] = [];
    await withShop(
      async ({ post }) => {
        const response = await post('/workflows/add/runs', null);
        const problem = await expectProblem(response, 500, 'INTERNAL');
        expect(JSON.stringify(problem)).not.toMatch(/null|undefined|properties/i);
      },
      { logger: noting(logged) },
    );
    expect(logged).toEqual([
      { level: 'error', message: 'a request failed', fields: { error: expect.any(TypeError) as unknown } },
    ]);
  });

  test('a store that fails is one of them', async () => {
    const logged: Logged[] = [];
    await withShop(
      async ({ get, store }) => {
        Object.assign(store.looking, {
          list: () => Promise.reject(new Error('password authentication failed for user "postgres"')),
        });
        const response = await get('/runs/any');
        expect(await response.clone().text()).not.toContain('postgres');
        await expectProblem(response, 500, 'INTERNAL');
      },
      { logger: noting(logged) },
    );
    expect(logged).toHaveLength(1);
  });
});
