import {
  createRegistry,
  Holdfast,
  type HoldfastOptions,
  type MemoryStore,
  memoryStore,
  type Registry,
  type WorkflowFunction,
  workflow,
} from '@holdfast/core';
import { onTestFinished } from 'vitest';
import { type KafkaConsumer, kafkaConsumer, type StartingOptions } from '../../src/index.js';
import { kafkaAt, SETTINGS, stopping } from './kafka.js';

/** An app on a memory store, and what its runs were given, in the order in which they ran. */
export interface Bench {
  readonly app: Holdfast;
  readonly store: MemoryStore;
  readonly registry: Registry;
  readonly seen: unknown[][];
  /** A workflow that notes what it was given. */
  readonly note: WorkflowFunction<[value: unknown], string>;
  /** A consumer of that workflow, started; stopped after the test. */
  consume(options: Partial<StartingOptions<unknown, [unknown]>>): Promise<KafkaConsumer>;
}

export async function bench(
  options: Partial<HoldfastOptions> = {},
  define: (registry: Registry) => void = () => {},
): Promise<Bench> {
  const registry = createRegistry();
  const store = memoryStore();
  const seen: unknown[][] = [];
  const note = workflow('note', { registry }, async (...args: [value: unknown]) => {
    seen.push(args);
    return 'noted';
  });
  define(registry);
  const app = new Holdfast({ store, registry, ...options });
  await app.launch();
  onTestFinished(() => app.shutdown({ drain: 0 }));
  return {
    app,
    store,
    registry,
    seen,
    note,
    async consume(changes) {
      const all = { group: 'shop', topics: [], workflow: note, settings: SETTINGS, ...changes };
      const consumer = stopping(kafkaConsumer(app, kafkaAt(), all));
      await consumer.start();
      return consumer;
    },
  };
}

/** The values that runs were given. */
export function values({ seen }: Bench): unknown[] {
  return seen.map(([value]) => value);
}
