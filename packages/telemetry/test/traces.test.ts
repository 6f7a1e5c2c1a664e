import {
  channel,
  createRegistry,
  currentRun,
  Holdfast,
  type HoldfastOptions,
  memoryStore,
  NonRetryableError,
  queue,
  type Registry,
  schedule,
  sleep,
  step,
  workflow,
} from '@holdfast/core';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openTelemetry } from '../src/index.js';
import { idOf, parentOf, Spans, takeNoTraces, takeTraces, traceOf } from './support/spans.js';

const approval = channel<string>('approval');

let spans: Spans;
let registry: Registry;
let store: HoldfastOptions['store'];

beforeEach(() => {
  spans = new Spans();
  takeTraces(spans.exporter);
  registry = createRegistry();
  store = memoryStore();
});

afterEach(takeNoTraces);

async function launched(options: Partial<HoldfastOptions> = {}): Promise<Holdfast> {
  const app = new Holdfast({ store, registry, telemetry: openTelemetry(), ...options });
  onTestFinished(() => app.shutdown({ drain: 0 }));
  await app.launch();
  return app;
}

/** Does something in a span of the program's own. */
async function within<T>(name: string, work: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer('a program').startActiveSpan(name, async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });
}

/** The span of the run is made just after its result is known. */
async function whole(app: Holdfast): Promise<void> {
  await app.shutdown();
}

function hangsOn(span: ReadableSpan, parent: ReadableSpan): void {
  expect({ parent: parentOf(span), trace: traceOf(span) }).toEqual({
    parent: idOf(parent),
    trace: traceOf(parent),
  });
}

describe('the trace of a run', () => {
  test('hangs on what started it, and has its steps', async () => {
    const double = step('double', (n: number) => n * 2);
    const sum = workflow(
      'sum',
      { registry },
      async (a: number, b: number) => (await double(a)) + (await double(b)),
    );
    const app = await launched();
    const handle = await within('request', () => app.start(sum, [1, 2], { id: 'sum-1' }));
    expect(await handle.result()).toBe(6);
    await whole(app);
    const started = spans.one('start sum');
    const taken = spans.one('take up sum');
    hangsOn(started, spans.one('request'));
    hangsOn(taken, started);
    hangsOn(spans.one('run sum'), started);
    const steps = spans.named('step double');
    expect(steps).toHaveLength(2);
    for (const [seq, span] of steps.entries()) {
      hangsOn(span, taken);
      expect(span.attributes).toMatchObject({
        'holdfast.workflow': 'sum',
        'holdfast.run.id': 'sum-1',
        'holdfast.call.name': 'double',
        'holdfast.call.seq': seq,
        'holdfast.step.attempt': 1,
      });
    }
    expect(started.kind).toBe(SpanKind.PRODUCER);
    expect(taken.kind).toBe(SpanKind.CONSUMER);
    expect(spans.one('run sum').attributes).toMatchObject({ 'holdfast.run.state': 'succeeded' });
    expect(taken.attributes).toMatchObject({
      'holdfast.run.epoch': 1,
      'holdfast.executor.id': expect.any(String),
    });
  });

  test('is its own when nothing active started it', async () => {
    const idle = workflow('idle', { registry }, async () => {});
    const app = await launched();
    await Promise.all([app.start(idle, []), app.start(idle, [])]);
    await whole(app);
    expect(spans.named('start idle').map(parentOf)).toEqual([undefined, undefined]);
    expect(new Set(spans.named('run idle').map(traceOf)).size).toBe(2);
  });

  test('hangs on the id that all come to, where the run was started without telemetry', async () => {
    const pair = workflow('pair', { registry }, async () => {
      await step.run('first', () => 1);
      await sleep(1);
      await step.run('second', () => 2);
    });
    const bare = new Holdfast({ store, registry: createRegistry(), workflows: [pair] });
    await bare.launch();
    const { id } = await bare.start(pair, [], { delay: 1 });
    await bare.shutdown({ drain: 0 });
    const app = await launched({ parkAfter: 0 });
    await app.handle(id).result();
    await whole(app);
    expect(new Set(spans.all.map(traceOf)).size).toBe(1);
    expect(spans.names()).toEqual(
      expect.arrayContaining(['step first', 'step second', 'sleep', 'take up pair', 'run pair']),
    );
  });

  test('shows whatever a step does as part of that step, also where steps run side by side', async () => {
    const fetchOne = step('fetch', async (name: string) => {
      const before = trace.getActiveSpan();
      await within(`GET ${name}`, () => Promise.resolve());
      expect(trace.getActiveSpan()).toBe(before);
      return name;
    });
    const all = workflow('all', { registry }, () =>
      Promise.all(['a', 'b', 'c'].map((name) => fetchOne(name))),
    );
    const app = await launched();
    expect(await (await app.start(all, [])).result()).toEqual(['a', 'b', 'c']);
    await whole(app);
    const steps = spans.named('step fetch');
    for (const span of steps) hangsOn(span, spans.one('take up all'));
    for (const [seq, name] of ['a', 'b', 'c'].entries()) {
      const own = steps.find(({ attributes }) => attributes['holdfast.call.seq'] === seq)!;
      hangsOn(spans.one(`GET ${name}`), own);
    }
  });

  test('has the spans that the workflow itself makes, and its steps below them', async () => {
    const phased = workflow('phased', { registry }, () =>
      within('phase', async () => step.run('work', () => 'done')),
    );
    const app = await launched();
    await (await app.start(phased, [])).result();
    await whole(app);
    hangsOn(spans.one('phase'), spans.one('take up phased'));
    hangsOn(spans.one('step work'), spans.one('phase'));
  });

  test('shows each attempt of a step, with its error and when there is another one', async () => {
    let tries = 0;
    const flaky = step(
      'flaky',
      () => {
        if (++tries < 3) throw Object.assign(new Error(`no ${tries}`), { code: 'E_FLAKY' });
        return tries;
      },
      { retry: { attempts: 5, initial: 20, jitter: false } },
    );
    const stubborn = workflow('stubborn', { registry }, () => flaky());
    const app = await launched();
    expect(await (await app.start(stubborn, [])).result()).toBe(3);
    await whole(app);
    const attempts = spans.named('step flaky');
    expect(attempts.map(({ attributes }) => attributes['holdfast.step.attempt'])).toEqual([1, 2, 3]);
    expect(attempts.map(({ status }) => status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
    expect(attempts[0]!.attributes).toMatchObject({
      'error.type': 'E_FLAKY',
      'holdfast.step.retry_in': 0.02,
    });
    expect(attempts[0]!.events.map(({ name }) => name)).toEqual(['exception']);
  });

  test('says why a run failed', async () => {
    const broken = workflow('broken', { registry }, async () => {
      await step.run('break', () => {
        throw new NonRetryableError('for good');
      });
    });
    const app = await launched();
    await expect((await app.start(broken, [])).result()).rejects.toThrow('for good');
    await whole(app);
    const run = spans.one('run broken');
    expect(run.status).toMatchObject({ code: SpanStatusCode.ERROR, message: 'for good' });
    expect(run.attributes).toMatchObject({ 'holdfast.run.state': 'failed' });
  });

  test('shows waits from when they began, and a replay makes no span a second time', async () => {
    const patient = workflow('patient', { registry }, async () => {
      await step.run('before', () => 1);
      await sleep(60);
      return approval.receive();
    });
    const app = await launched({ parkAfter: 0 });
    const { id } = await within('request', () => app.start(patient, []));
    while (spans.named('sleep').length === 0) await new Promise((resolve) => setImmediate(resolve));
    while ((await app.runs.get(id)).state !== 'waiting')
      await new Promise((resolve) => setImmediate(resolve));
    await app.channel(approval).send(id, 'yes');
    expect(await app.handle(id).result()).toBe('yes');
    await whole(app);
    expect(spans.named('take up patient').length).toBeGreaterThan(1);
    for (const name of ['step before', 'sleep', 'receive approval', 'run patient']) {
      expect(traceOf(spans.one(name))).toBe(traceOf(spans.one('request')));
    }
    const [slept, taken] = [spans.one('sleep'), spans.named('take up patient')];
    expect(millis(slept.endTime) - millis(slept.startTime)).toBeGreaterThanOrEqual(59);
    // It began before the process that woke the run had it.
    hangsOn(slept, spans.one('start patient'));
    expect(millis(slept.endTime)).toBeGreaterThanOrEqual(millis(taken[1]!.startTime));
  });

  test('goes on in child runs', async () => {
    const child = workflow('child', { registry }, () => step.run('small work', () => 1));
    const parent = workflow('parent', { registry }, async () => {
      await child();
      await step.run(
        'from a step',
        async () => (await currentApp.start(child, [], { id: 'from a step' })).id,
      );
    });
    const currentApp = await launched();
    await (await within('request', () => currentApp.start(parent, [], { id: 'p' }))).result();
    await currentApp.handle('from a step').result();
    await whole(currentApp);
    expect(new Set(spans.all.map(traceOf))).toEqual(new Set([traceOf(spans.one('request'))]));
    const [first, second] = spans.named('start child');
    hangsOn(first!, spans.one('take up parent'));
    hangsOn(second!, spans.one('step from a step'));
    expect(spans.one('child child').attributes).toMatchObject({ 'holdfast.call.kind': 'child' });
  });

  test('is not told apart by the context that its process was in when it took the run up', async () => {
    const queued = queue('mail', { registry });
    const letter = workflow('letter', { registry }, async () => trace.getActiveSpan()?.spanContext().traceId);
    const starter = await launched({ serve: [] });
    const { id } = await within('request', () => starter.start(letter, [], { queue: queued }));
    const worker = await within('deploy', () => launched());
    const seen = await worker.handle(id).result();
    await whole(worker);
    expect(seen).toBe(traceOf(spans.one('request')));
    const taken = spans.one('take up letter');
    hangsOn(taken, spans.one('start letter'));
    expect(taken.attributes).toMatchObject({ 'holdfast.queue': 'mail' });
    // How long it was in the queue.
    expect(millis(taken.startTime)).toBeLessThanOrEqual(millis(spans.one('deploy').startTime));
  });

  test('links a message to the trace it came from', async () => {
    const waits = workflow('waits', { registry }, () => approval.receive());
    const sends = workflow('sends', { registry }, (to: string) => approval.send(to, 'yes'));
    const app = await launched();
    const { id } = await app.start(waits, []);
    await (await app.start(sends, [id])).result();
    await app.handle(id).result();
    await whole(app);
    const received = spans.one('receive approval');
    expect(received.links.map((link) => link.context.spanId)).toEqual([idOf(spans.one('take up sends'))]);
    expect(traceOf(received)).toBe(traceOf(spans.one('start waits')));
    expect(spans.one('send approval').attributes).toMatchObject({ 'holdfast.call.run_id': id });
  });

  test('of a fork is its own, with a link to the run that it was forked from', async () => {
    const once = workflow('once', { registry }, () => step.run('work', () => 1));
    const app = await launched();
    const { id } = await app.start(once, []);
    await app.handle(id).result();
    const fork = await app.runs.fork(id, { fromStep: 'work' });
    await fork.result();
    await whole(app);
    const forked = spans.one('fork once');
    expect(forked.links.map((link) => link.context.spanId)).toEqual([idOf(spans.one('start once'))]);
    const [first, second] = spans.named('run once');
    expect(traceOf(second!)).toBe(traceOf(forked));
    expect(traceOf(first!)).not.toBe(traceOf(forked));
  });

  test('of a tick begins with the tick, whatever the app was launched in', async () => {
    const nightly = workflow('nightly', { registry }, async (_: Date) => {});
    schedule('every second', '* * * * * *', nightly, { registry });
    const app = await within('deploy', () => launched());
    while (spans.named('run nightly').length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await whole(app);
    const [started] = spans.named('start nightly');
    expect(parentOf(started!)).toBeUndefined();
    expect(started!.attributes).toMatchObject({ 'holdfast.schedule': 'every second' });
    hangsOn(spans.named('run nightly')[0]!, started!);
  });

  test('shows undos', async () => {
    const booked = step('book', () => 'seat 7', { undo: () => 'free' });
    const trip = workflow('trip', { registry }, async () => {
      await booked();
      throw new Error('rain');
    });
    const app = await launched();
    await expect((await app.start(trip, [])).result()).rejects.toThrow('rain');
    await whole(app);
    expect(new Set(spans.all.map(traceOf)).size).toBe(1);
    expect(spans.named('step book')).toHaveLength(1);
    expect(spans.named('undo book')).toHaveLength(1);
  });
});

describe('baggage', () => {
  test('is left to the propagator of the program', async () => {
    const seen = workflow('seen', { registry }, async () => propagation.getActiveBaggage()?.getAllEntries());
    const app = await launched();
    const baggage = propagation.createBaggage({ customer: { value: 'c-42' } });
    const handle = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      app.start(seen, []),
    );
    expect(await handle.result()).toEqual([['customer', { value: 'c-42' }]]);
  });
});

describe('where no SDK is registered', () => {
  test('nothing is recorded with a run, and steps see no span', async () => {
    takeNoTraces();
    const plain = workflow('plain', { registry }, () =>
      step.run('look', () => trace.getActiveSpan() === undefined),
    );
    const app = await launched();
    const handle = await app.start(plain, []);
    expect(await handle.result()).toBe(true);
    expect((await store.run(handle.id))?.traceContext).toBeNull();
  });

  test('a run that is taken up twice goes on just as well', async () => {
    takeNoTraces();
    const twice = workflow('twice', { registry }, async () => {
      await sleep(60);
      return currentRun()!.epoch;
    });
    const app = await launched({ parkAfter: 0 });
    expect(await (await app.start(twice, [])).result()).toBeGreaterThan(1);
  });
});

test('a propagator that is not there is not missed: the trace travels all the same', async () => {
  propagation.disable();
  const plain = workflow('plain', { registry }, () => step.run('work', () => 1));
  const app = await launched();
  await (await within('request', () => app.start(plain, []))).result();
  await whole(app);
  hangsOn(spans.one('step work'), spans.one('take up plain'));
  expect(new Set(spans.all.map(traceOf))).toEqual(new Set([traceOf(spans.one('request'))]));
});

function millis([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1000 + nanos / 1e6;
}
