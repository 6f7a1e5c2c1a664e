import { randomUUID } from 'node:crypto';
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
import {
  type ConsumerApp,
  type KafkaClient,
  type KafkaConsumer,
  kafkaConsumer,
  type StartingOptions,
} from '../../src/index.js';
import { kafkaAt, SETTINGS, stopping } from './kafka.js';

/** What a test says of its consumer. */
export type ConsumeOptions = Partial<StartingOptions<unknown, [unknown]>> & {
  readonly app?: ConsumerApp;
  readonly kafka?: KafkaClient;
};

/** An app on a memory store, and what its runs were given, in the order in which they ran. */
export interface Bench {
  readonly app: Holdfast;
  /** The group of its consumers. */
  readonly group: string;
  readonly store: MemoryStore;
  readonly registry: Registry;
  readonly seen: unknown[][];
  /** A workflow that notes what it was given. */
  readonly note: WorkflowFunction<[value: unknown], string>;
  /** A consumer of that workflow, started; stopped after the test. */
  consume(options: ConsumeOptions): Promise<KafkaConsumer>;
  /** Another app on the same store, with workflows that were defined since. */
  launch(workflows: readonly WorkflowFunction<never>[]): Promise<Holdfast>;
}

export async function bench(
  options: Partial<HoldfastOptions> = {},
  define: (registry: Registry) => unknown = () => {},
): Promise<Bench> {
  const group = `group-${randomUUID()}`;
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
    group,
    store,
    registry,
    seen,
    note,
    async launch(workflows) {
      const other = new Holdfast({ store, registry, workflows });
      await other.launch();
      onTestFinished(() => other.shutdown({ drain: 0 }));
      return other;
    },
    async consume({ app: theirs = app, kafka = kafkaAt(), ...changes }) {
      const all = { group, topics: [], workflow: note, settings: SETTINGS, ...changes };
      const consumer = stopping(kafkaConsumer(theirs, kafka, all));
      await consumer.start();
      return consumer;
    },
  };
}

/** The values that runs were given. */
export function values({ seen }: Bench): unknown[] {
  return seen.map(([value]) => value);
}
