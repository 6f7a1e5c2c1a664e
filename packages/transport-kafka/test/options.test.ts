import { createRegistry, Holdfast, memoryStore, workflow } from '@holdfast/core';
import { Kafka } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { kafkaConsumer, type StartingOptions } from '../src/index.js';

const registry = createRegistry();
const note = workflow('note', { registry }, async (_: unknown) => {});
const app = new Holdfast({ store: memoryStore(), registry });
// Nothing listens there, and nobody asks.
const kafka = new Kafka({ brokers: ['127.0.0.1:1'] });

describe('options of a consumer', () => {
  const flaws: readonly (readonly [
    string,
    Partial<Record<keyof StartingOptions<unknown, [unknown]>, unknown>>,
  ])[] = [
    ['no group', { group: '' }],
    ['no topic', { topics: [] }],
    ['a topic without a name', { topics: [''] }],
    ['a source without a name', { source: '' }],
    ['a place to begin that there is not', { from: 'yesterday' }],
    ['a batch of nothing', { batchSize: 0 }],
    ['half a partition', { concurrency: 0.5 }],
    ['a back-pressure of nothing', { maxOpen: 0, queue: 'orders' }],
    ['a back-pressure without a queue', { maxOpen: 10 }],
    ['an order that there is not', { order: 'random', queue: 'orders' }],
    ['an order without a queue', { order: 'key' }],
    ['names that make ids too long', { group: 'g'.repeat(200), topics: 't'.repeat(30) }],
  ];

  for (const [what, flaw] of flaws) {
    test(`are refused with ${what}`, () => {
      const options = { group: 'shop', topics: 'orders', workflow: note, ...flaw } as never;
      expect(() => kafkaConsumer(app, kafka, options)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    });
  }

  test('may be right, and the app not launched', async () => {
    const consumer = kafkaConsumer(app, kafka, { group: 'shop', topics: 'orders', workflow: note });
    await expect(consumer.start()).rejects.toMatchObject({ code: 'NOT_LAUNCHED' });
    expect(consumer.status.state).toBe('new');
  });
});
