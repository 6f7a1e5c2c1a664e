import { createRegistry, Holdfast, type Logger, memoryStore, step, workflow } from '@holdfast/core';
import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openTelemetry, tracedLogger } from '../src/index.js';
import { idOf, Spans, takeNoTraces, takeTraces, traceOf } from './support/spans.js';

const spans = new Spans();

beforeEach(() => takeTraces(spans.exporter));
afterEach(takeNoTraces);

/** An app with a step that gives up after two attempts. */
async function givesUp(logger: Logger): Promise<Holdfast> {
  const registry = createRegistry();
  const charge = step(
    'charge',
    () => {
      throw Object.assign(new Error('declined'), { code: 'E_DECLINED' });
    },
    { retry: { attempts: 2, initial: 1 } },
  );
  const checkout = workflow('checkout', { registry }, () => charge());
  const app = new Holdfast({ store: memoryStore(), registry, logger, telemetry: openTelemetry() });
  onTestFinished(() => app.shutdown({ drain: 0 }));
  await app.launch();
  const handle = await app.start(checkout, [], { id: 'order-42' });
  await expect(handle.result()).rejects.toThrow();
  return app;
}

const SAID = 'the retries of a step are exhausted; the step fails';

describe('what the engine says', () => {
  test('goes through pino as it is, with what it is about in fields of their own', async () => {
    const lines: string[] = [];
    const { executorId } = await givesUp(
      pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }),
    );
    const said = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg }) => msg === SAID);
    expect(said).toMatchObject({
      level: 40,
      executorId,
      runId: 'order-42',
      workflow: 'checkout',
      step: 'charge',
      attempt: 2,
    });
  });

  test('goes to the console as it is', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const { executorId } = await givesUp(console);
    expect(warn).toHaveBeenCalledWith(
      {
        executorId,
        runId: 'order-42',
        workflow: 'checkout',
        step: 'charge',
        attempt: 2,
        error: expect.any(Error),
      },
      SAID,
    );
  });

  test('says of which trace it is, where one is active', async () => {
    const lines: string[] = [];
    const logger = tracedLogger(pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }));
    await givesUp(logger);
    const said = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg }) => msg === SAID);
    const taken = spans.named('take up checkout').at(-1)!;
    expect(said).toMatchObject({ trace_id: traceOf(taken), span_id: idOf(taken), trace_flags: '01' });
  });
});

test('a traced logger says what it says without a trace, where none is active', () => {
  takeNoTraces();
  const told: unknown[] = [];
  const tell = (fields: object, message: string): unknown => told.push([fields, message]);
  const logger = tracedLogger({ debug: tell, info: tell, warn: tell, error: tell });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({ level }, 'so');
  expect(trace.getActiveSpan()).toBeUndefined();
  expect(told).toEqual(['debug', 'info', 'warn', 'error'].map((level) => [{ level }, 'so']));
});
