import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type StandardSchema, type WorkflowFunction, workflow } from '../src/index.js';
import { bench } from './support/bench.js';
import { errorOf } from './support/signals.js';

const Order = v.object({
  id: v.string(),
  at: v.pipe(
    v.string(),
    v.transform((text) => new Date(text)),
  ),
  items: v.optional(v.array(v.object({ sku: v.string(), count: v.pipe(v.number(), v.minValue(1)) })), []),
});

/** A schema of nobody's: text in, number out. */
const numeric: StandardSchema<string, number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) =>
      Number.isFinite(Number(value)) ? { value: Number(value) } : { issues: [{ message: 'not a number' }] },
  },
};

describe('a workflow with an input schema', () => {
  test('gets what the schema makes of its argument', async () => {
    const { registry, launch } = await bench();
    const seen: unknown[] = [];
    const flow = workflow('flow', { input: Order, registry }, async (order) => {
      seen.push(order);
      return order.at.getTime();
    });
    await launch();
    expect(await flow({ id: 'a', at: '1970-01-01T00:00:01Z' })).toBe(1000);
    expect(seen).toEqual([{ id: 'a', at: new Date(1000), items: [] }]);
  });

  test('records what the schema made: a replay does not ask it again', async () => {
    const { registry, launch } = await bench();
    const flow = workflow('flow', { input: numeric, registry }, async (n) => n + 1);
    const app = await launch();
    const handle = await app.start(flow, ['41']);
    expect(await handle.result()).toBe(42);
    expect((await app.runs.get(handle.id)).input).toEqual([41]);
  });

  test('refuses what the schema refuses, with all issues and their paths, and writes nothing', async () => {
    const { registry, launch } = await bench();
    const flow = workflow('flow', { input: Order, registry }, async () => {});
    const app = await launch();
    const bad = { id: 7, at: 'now', items: [{ sku: 'x', count: 0 }] };
    const error = await errorOf(app.start(flow, [bad as never], { id: 'refused' }));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { workflow: 'flow' } });
    expect(error.message).toMatch(/^The input of workflow "flow" is not valid\. id: .*; items\.0\.count: /);
    expect((error['details'] as { issues: unknown }).issues).toEqual([
      { path: 'id', message: expect.any(String) },
      { path: 'items.0.count', message: expect.any(String) },
    ]);
    expect(await errorOf(app.runs.get('refused'))).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await errorOf(flow(bad as never))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('may be asynchronous, and be a schema of nobody’s', async () => {
    const { registry, launch } = await bench();
    const flow = workflow('flow', { input: numeric, registry }, async (n) => n * 2);
    await launch();
    expect(await flow('21')).toBe(42);
    expect(await errorOf(flow('x'))).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'The input of workflow "flow" is not valid. input: not a number',
    });
  });

  test('is checked as a child too: the refusal is the outcome of the call', async () => {
    const { registry, workflow: define, launch } = await bench();
    const child = workflow('child', { input: numeric, registry }, async (n) => n);
    const parent = define('parent', (text: string) =>
      child(text).catch((error: Error & { code: string }) => error.code),
    );
    await launch();
    expect(await parent('5')).toBe(5);
    expect(await parent('x')).toBe('INVALID_INPUT');
  });

  test('is typed by its schema: what goes in, and what comes out', async () => {
    const { registry } = await bench();
    const flow = workflow('flow', { input: Order, registry }, async (order) => {
      expectTypeOf(order).toEqualTypeOf<v.InferOutput<typeof Order>>();
      return order.items.length;
    });
    expectTypeOf(flow).toEqualTypeOf<WorkflowFunction<[input: v.InferInput<typeof Order>], number>>();
  });
});

describe('a workflow without a schema', () => {
  test('is typed by its function', async () => {
    const { registry } = await bench();
    const flow = workflow('flow', { registry, version: '2' }, async (a: number, b?: string) => `${a}${b}`);
    expectTypeOf(flow).toEqualTypeOf<WorkflowFunction<[a: number, b?: string], string>>();
    expect(flow.name).toBe('flow');
  });
});
