import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, test, vi } from 'vitest';
import { type HttpOptions, httpHandler } from '../src/index.js';
import { expectProblem } from './support/problems.js';
import { noting, startedId, withShop } from './support/shop.js';

const ORDER = { item: 'tea', quantity: 3 };

describe('authorisation', () => {
  test('a handler that was not told who may do what is not made', () =>
    withShop(async ({ app }) => {
      expect(() => httpHandler(app, {} as HttpOptions)).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: expect.stringContaining('authorize') as string,
        }),
      );
    }));

  test('the hook is asked for every request, with what it wants to do, before anything is read', async () => {
    const authorize = vi.fn(() => false);
    await withShop(
      async ({ get, post }) => {
        const answers = [
          await get('/openapi.json'),
          await post('/workflows/checkout/runs', '{'),
          await get('/runs/r'),
          await get('/runs/r/result'),
          await post('/runs/r/cancel', '{'),
          await post('/runs/r/channels/go', '{'),
          await get('/runs/r/events/progress'),
          await get('/runs/r/streams/tokens'),
        ];
        for (const answer of answers) await expectProblem(answer, 403, 'FORBIDDEN');
      },
      { authorize },
    );
    expect(authorize.mock.calls.map((call: readonly unknown[]) => call[1])).toEqual([
      { action: 'describe' },
      { action: 'start', name: 'checkout' },
      { action: 'status', runId: 'r' },
      { action: 'result', runId: 'r' },
      { action: 'cancel', runId: 'r' },
      { action: 'send', runId: 'r', name: 'go' },
      { action: 'event', runId: 'r', name: 'progress' },
      { action: 'stream', runId: 'r', name: 'tokens' },
    ]);
  });

  test.each([undefined, null, 0, 'yes', 1])('the verdict %s lets nobody in', (verdict) =>
    withShop(
      async ({ post }) => {
        await expectProblem(await post('/workflows/checkout/runs', ORDER), 403, 'FORBIDDEN');
      },
      { authorize: (() => verdict) as unknown as HttpOptions['authorize'] },
    ),
  );

  test('a response of the hook is the answer', () =>
    withShop(
      async ({ post }) => {
        const response = await post('/workflows/checkout/runs', ORDER);
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      },
      { authorize: () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } }) },
    ));

  test('a hook that fails lets nobody in, and says nothing of why', () =>
    withShop(
      async ({ post, app }) => {
        await expectProblem(await post('/workflows/checkout/runs', ORDER), 500, 'INTERNAL');
        expect((await app.runs.list()).runs).toEqual([]);
      },
      { authorize: () => Promise.reject(new Error('the directory is at 10.0.0.7')) },
    ));

  test.each([{ tenant: '' }, { tenant: undefined }, { tenant: 7 }])('the grant %j is a mistake', (grant) =>
    withShop(
      async ({ post }) => {
        await expectProblem(await post('/workflows/checkout/runs', ORDER), 500, 'INTERNAL');
      },
      { authorize: () => grant as never, logger: noting([]) },
    ),
  );
});

describe('tenants', () => {
  const authorize: HttpOptions['authorize'] = (request) => {
    const tenant = request.headers.get('tenant');
    return tenant === null ? true : { tenant };
  };
  const [north, south] = [{ tenant: 'north' }, { tenant: 'south' }];

  test('to one, runs of others and of nobody do not exist; to whoever has none, all do', () =>
    withShop(
      async ({ get, post, app, tell }) => {
        const own = await startedId(await post('/workflows/tell/runs', undefined, north));
        const { id: nobodys } = await app.start(tell, []);
        for (const id of [own, nobodys]) {
          const refused = [
            await get(`/runs/${id}`, south),
            await get(`/runs/${id}/result`, south),
            await post(`/runs/${id}/cancel`, {}, south),
            await post(`/runs/${id}/channels/go`, 1, south),
            await get(`/runs/${id}/events/progress`, south),
            await get(`/runs/${id}/streams/tokens`, south),
          ];
          for (const answer of refused) await expectProblem(answer, 404, 'RUN_NOT_FOUND');
          expect((await get(`/runs/${id}`)).status).toBe(200);
        }
        expect((await get(`/runs/${own}`, north)).status).toBe(200);
        expect((await app.runs.steps(own)).length).toBe(0);
      },
      { authorize },
    ));

  test('what a grant says of each run holds', () =>
    withShop(
      async ({ get, app, checkout, tell }) => {
        const [mine, other] = [await app.start(checkout, [ORDER]), await app.start(tell, [])];
        expect((await get(`/runs/${mine.id}`)).status).toBe(200);
        await expectProblem(await get(`/runs/${other.id}`), 404, 'RUN_NOT_FOUND');
      },
      { authorize: () => ({ mayUse: ({ workflow }) => workflow === 'checkout' }) },
    ));
});

test('a run of a workflow that is not named is not there', () =>
  withShop(async ({ app, registry, checkout, get }) => {
    const handler = httpHandler(app, { authorize: () => true, workflows: {} });
    const { id } = await app.start(checkout, [ORDER]);
    expect(registry.workflows().length).toBeGreaterThan(1);
    expect((await get(`/runs/${id}`)).status).toBe(200);
    await expectProblem(await handler(new Request(`http://shop.test/runs/${id}`)), 404, 'RUN_NOT_FOUND');
  }));

describe('rate limits', () => {
  test('a limiter of rate-limiter-flexible fits as it is, for each caller', () =>
    withShop(
      async ({ get }) => {
        const ask = (who: string) => get('/runs/r', { who });
        for (let n = 0; n < 3; n++) expect((await ask('Kim')).status).toBe(404);
        const refused = await ask('Kim');
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
        await expectProblem(refused, 429, 'RATE_LIMITED');
        expect((await ask('Lee')).status).toBe(404);
      },
      {
        rateLimit: {
          limiter: new RateLimiterMemory({ points: 3, duration: 60 }),
          key: (request) => request.headers.get('who')!,
        },
      },
    ));

  test('who has no key is not counted, and who is not let in counts for nobody', () =>
    withShop(
      async ({ get }) => {
        for (let n = 0; n < 3; n++) expect((await get('/runs/r')).status).toBe(404);
        await expectProblem(await get('/runs/r', { who: 'stranger' }), 403, 'FORBIDDEN');
      },
      {
        authorize: (request) => request.headers.get('who') !== 'stranger',
        rateLimit: {
          limiter: new RateLimiterMemory({ points: 1, duration: 60 }),
          key: (request) => request.headers.get('who') ?? undefined,
        },
      },
    ));

  test('a limiter that is out of order lets nobody through', () =>
    withShop(
      async ({ get }) => {
        await expectProblem(await get('/runs/r'), 500, 'INTERNAL');
      },
      {
        rateLimit: {
          limiter: { consume: () => Promise.reject(new Error('redis is down')) },
          key: () => 'all',
        },
      },
    ));
});

describe('options', () => {
  test.each([
    [{ basePath: 'api' }, 'INVALID_OPTION'],
    [{ basePath: '/a/:b' }, 'INVALID_OPTION'],
    [{ maxBodyBytes: 0 }, 'INVALID_OPTION'],
    [{ maxBodyDepth: 1.5 }, 'INVALID_OPTION'],
    [{ concurrency: -1 }, 'INVALID_OPTION'],
    [{ readers: Number.NaN }, 'INVALID_OPTION'],
    [{ longestWait: 'soon' }, 'INVALID_DURATION'],
    [{ heartbeat: 0 }, 'INVALID_OPTION'],
    [{ workflows: { no: () => Promise.resolve() } as never }, 'UNKNOWN_WORKFLOW'],
  ])('%j are refused', (options, code) =>
    withShop(async ({ app }) => {
      expect(() => httpHandler(app, { authorize: () => true, ...options })).toThrow(
        expect.objectContaining({ code }),
      );
    }),
  );

  test('a workflow of several arguments needs to be told what a body is, and one with two names is refused', () =>
    withShop(async ({ app, add, checkout }) => {
      const make = (workflows: NonNullable<Parameters<typeof httpHandler>[1]['workflows']>) => () =>
        httpHandler(app, { authorize: () => true, workflows });
      expect(make({ add })).toThrow(/takes 2 arguments/);
      expect(make({ one: checkout, two: checkout })).toThrow(/two names/);
    }));
});
