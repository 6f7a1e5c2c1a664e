import { createRegistry, Holdfast, memoryStore, workflow } from '@holdfast/core';
import { Counter, Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monitor, openTelemetry } from '../src/index.js';
import { prometheusMetrics } from '../src/prometheus.js';

function make(store = memoryStore()) {
  const registry = createRegistry();
  const idle = workflow('idle', { registry }, async () => {});
  const metrics = prometheusMetrics();
  const app = new Holdfast({ store, registry, workflows: [idle], telemetry: openTelemetry({ metrics }) });
  onTestFinished(() => app.shutdown({ drain: 0 }));
  const handle = monitor(app, { metrics, timeout: '200ms' });
  const get = (path: string, method = 'GET'): Promise<Response> =>
    handle(new Request(`http://localhost${path}`, { method }));
  return { app, get, metrics };
}

describe('/readyz', () => {
  test('is 503 until the app is launched, 200 while it is, and 503 from its shutdown on', async () => {
    const { app, get } = make();
    const before = await get('/readyz');
    expect([before.status, await before.json()]).toEqual([
      503,
      { isReady: false, problems: ['not launched'], executorId: '' },
    ]);
    await app.launch();
    const launched = await get('/readyz');
    expect([launched.status, await launched.json()]).toEqual([
      200,
      { isReady: true, problems: [], executorId: app.executorId },
    ]);
    const closing = app.shutdown();
    expect(await (await get('/readyz')).json()).toMatchObject({ problems: ['shutting down'] });
    await closing;
  });

  test.each([
    ['refuses', () => Promise.reject(new Error('gone'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('is 503 while the store %s, in time', async (_, answer) => {
    const store = memoryStore();
    const { app, get } = make(store);
    await app.launch();
    store.statuses = answer;
    const response = await get('/readyz');
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { isReady: false, problems: ['store not reachable'] },
    ]);
  });
});

describe('/livez', () => {
  test('is 200 as long as the process answers', async () => {
    const { get } = make();
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('/metrics', () => {
  test('is what Prometheus reads', async () => {
    const { app, get } = make();
    await app.launch();
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('holdfast_executors 1');
  });

  test("has the program's own metrics too, where they are in one registry", async () => {
    const registry = new Registry();
    new Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] }).inc();
    const { app } = make();
    const handle = monitor(app, { metrics: prometheusMetrics({ registry }), basePath: '/internal' });
    const response = await handle(new Request('http://localhost/internal/metrics'));
    expect(await response.text()).toContain('orders_total 1');
  });
});

test('anything else is not found, or not allowed', async () => {
  const { get } = make();
  expect((await get('/')).status).toBe(404);
  expect((await get('/constructor')).status).toBe(404);
  expect((await get('/livez', 'POST')).status).toBe(405);
  const head = await get('/livez', 'HEAD');
  expect([head.status, await head.text()]).toEqual([200, '']);
});
