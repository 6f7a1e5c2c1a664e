import {
  createRegistry,
  Holdfast,
  type HoldfastOptions,
  memoryStore,
  NonRetryableError,
  queue,
  step,
  workflow,
} from '@holdfast/core';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTelemetry } from '../src/index.js';
import { METRICS } from '../src/metrics/definitions.js';
import { prometheusMetrics } from '../src/prometheus.js';

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

interface Point {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** The values of each metric by its name, as the SDK gives them. */
async function read(reader: MetricReader): Promise<Map<string, Point[]>> {
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  return new Map(
    resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      ]),
  );
}

function valueAt(points: readonly Point[] | undefined, attributes: object): unknown {
  const found = points?.filter((point) =>
    Object.entries(attributes).every(([name, value]) => point.attributes[name] === value),
  );
  expect(found).toHaveLength(1);
  return found![0]!.value;
}

function definitions() {
  const registry = createRegistry();
  const mail = queue('mail', { registry, concurrency: 1 });
  let tries = 0;
  const flaky = step(
    'flaky',
    () => {
      if (tries++ === 0) throw Object.assign(new Error('no'), { code: 'E_NO' });
    },
    { retry: { attempts: 2, initial: 1 } },
  );
  const good = workflow('good', { registry }, () => flaky());
  const bad = workflow('bad', { registry }, async () => {
    throw new NonRetryableError('for good');
  });
  const slow = workflow('slow', { registry }, () => new Promise<void>(() => {}));
  return { registry, mail, good, bad, slow };
}

async function launched(options: Partial<HoldfastOptions>): Promise<Holdfast> {
  const app = new Holdfast({ store: memoryStore(), ...options });
  onTestFinished(() => app.shutdown({ drain: 0 }));
  await app.launch();
  return app;
}

describe('metrics, by an OpenTelemetry SDK', () => {
  test('say what ran, how it ended and how long it took', async () => {
    const { registry, mail, good, bad, slow } = definitions();
    const reader = new Reader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const app = await launched({ registry, telemetry: openTelemetry({ meterProvider, storeEveryMs: 0 }) });
    await (await app.start(good, [], { id: 'one' })).result();
    await (await app.start(good, [], { id: 'one' })).result();
    await expect((await app.start(bad, [])).result()).rejects.toThrow();
    const handles = await app.startMany(slow, [[], [], []], { queue: mail });
    while ((await app.queues.get(mail)).inHands === 0) await new Promise((resolve) => setImmediate(resolve));
    const all = await read(reader);
    expect(handles).toHaveLength(3);
    const ofGood = { 'holdfast.workflow': 'good' };
    const started = all.get('holdfast.runs.started');
    expect(valueAt(started, { ...ofGood, 'holdfast.start.outcome': 'new' })).toBe(1);
    expect(valueAt(started, { ...ofGood, 'holdfast.start.outcome': 'joined' })).toBe(1);
    const ended = all.get('holdfast.runs.ended');
    expect(valueAt(ended, { ...ofGood, 'holdfast.run.state': 'succeeded' })).toBe(1);
    expect(valueAt(ended, { 'holdfast.workflow': 'bad', 'holdfast.run.state': 'failed' })).toBe(1);
    const steps = all.get('holdfast.step.duration');
    expect(valueAt(steps, { 'holdfast.step': 'flaky', 'error.type': 'E_NO' })).toMatchObject({ count: 1 });
    expect(valueAt(steps, { 'holdfast.step': 'flaky', 'error.type': undefined })).toMatchObject({ count: 1 });
    expect(valueAt(all.get('holdfast.step.retries'), {})).toBe(1);
    expect(valueAt(all.get('holdfast.run.duration'), ofGood)).toMatchObject({ count: 1 });
    expect(valueAt(all.get('holdfast.run.wait.duration'), { 'holdfast.queue': 'mail' })).toMatchObject({
      count: 1,
    });
    expect(valueAt(all.get('holdfast.queue.waiting'), { 'holdfast.queue': 'mail' })).toBe(2);
    expect(valueAt(all.get('holdfast.queue.in_hands'), { 'holdfast.queue': 'mail' })).toBe(1);
    expect(
      valueAt(all.get('holdfast.queue.oldest.age'), { 'holdfast.queue': 'mail' }),
    ).toBeGreaterThanOrEqual(0);
    expect(valueAt(all.get('holdfast.runs.recorded'), { ...ofGood, 'holdfast.run.state': 'succeeded' })).toBe(
      1,
    );
    expect(valueAt(all.get('holdfast.runs.held'), {})).toBe(1);
    expect(valueAt(all.get('holdfast.executors'), {})).toBe(1);
    expect(all.get('holdfast.commit.duration')?.[0]?.value).toMatchObject({ count: expect.any(Number) });
    const names = new Set<string>(Object.values(METRICS).map(({ name }) => name));
    expect([...all.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  test('of a process that has no app any more say nothing of the store', async () => {
    const { registry } = definitions();
    const reader = new Reader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const app = await launched({ registry, telemetry: openTelemetry({ meterProvider }) });
    await app.shutdown();
    expect((await read(reader)).get('holdfast.executors') ?? []).toEqual([]);
  });

  test('ask the store no more often than they are told to, however often they are read', async () => {
    const { registry } = definitions();
    const store = memoryStore();
    const { counts } = store.looking;
    let asked = 0;
    const looking = {
      ...store.looking,
      counts: () => {
        asked += 1;
        return counts.call(store.looking);
      },
    };
    const counted = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = name === 'looking' ? looking : Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const reader = new Reader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    await launched({
      store: counted,
      registry,
      telemetry: openTelemetry({ meterProvider, storeEveryMs: 60_000 }),
    });
    for (let n = 0; n < 5; n++) await read(reader);
    expect(asked).toBe(1);
  });
});

describe('metrics, for Prometheus', () => {
  test('are told without any SDK, by the names that one would give them', async () => {
    const { registry, good, mail, slow } = definitions();
    const metrics = prometheusMetrics();
    const app = await launched({ registry, telemetry: openTelemetry({ metrics, storeEveryMs: 0 }) });
    await (await app.start(good, [])).result();
    await app.start(slow, [], { queue: mail });
    while ((await app.queues.get(mail)).inHands === 0) await new Promise((resolve) => setImmediate(resolve));
    const text = await metrics.text();
    expect(text).toContain(
      'holdfast_runs_started_total{holdfast_workflow="good",holdfast_start_outcome="new"} 1',
    );
    expect(text).toContain(
      'holdfast_runs_ended_total{holdfast_workflow="good",holdfast_run_state="succeeded"} 1',
    );
    expect(text).toMatch(/holdfast_step_duration_seconds_count\{[^}]*error_type="E_NO"[^}]*\} 1/);
    expect(text).toContain('holdfast_queue_in_hands{holdfast_queue="mail"} 1');
    expect(text).toContain('# TYPE holdfast_commit_duration_seconds histogram');
    expect(text).toMatch(/holdfast_executors 1/);
  });

  test('of two apps of a process are told together', async () => {
    const metrics = prometheusMetrics();
    const telemetry = openTelemetry({ metrics, storeEveryMs: 0 });
    const [one, two] = [definitions(), definitions()];
    const store = memoryStore();
    const first = await launched({ store, registry: one.registry, telemetry });
    await launched({ store: memoryStore(), registry: two.registry, telemetry: openTelemetry({ metrics }) });
    await (await first.start(one.good, [])).result();
    expect(await metrics.text()).toContain(
      'holdfast_runs_ended_total{holdfast_workflow="good",holdfast_run_state="succeeded"} 1',
    );
  });
});
