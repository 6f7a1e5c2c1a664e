import { describe, expect, test } from 'vitest';
import { type QueueOptions, queue, queueName } from './queue.js';
import { changedLimits } from './queue-limits.js';
import { createRegistry } from './registry.js';

const define = (options: QueueOptions = {}) => queue('mail', { registry: createRegistry(), ...options });
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('a queue', () => {
  test('has no limits unless it is given some', () => {
    expect(define()).toEqual({
      name: 'mail',
      apply: 'when changed',
      limits: {
        concurrency: null,
        workerConcurrency: null,
        rate: null,
        partitionConcurrency: null,
        partitionRate: null,
        weights: {},
        parkedHoldSlots: false,
      },
    });
  });

  test('keeps its limits as numbers and milliseconds', () => {
    const { limits, apply } = define({
      concurrency: 10,
      workerConcurrency: 5,
      rateLimit: { limit: 100, per: '1m' },
      partition: { concurrency: 2, rateLimit: { limit: 5, per: 2000 }, weights: { acme: 3 } },
      parkedHoldSlots: true,
      apply: 'once',
    });
    expect(apply).toBe('once');
    expect(limits).toEqual({
      concurrency: 10,
      workerConcurrency: 5,
      rate: { limit: 100, perMs: 60_000 },
      partitionConcurrency: 2,
      partitionRate: { limit: 5, perMs: 2000 },
      weights: { acme: 3 },
      parkedHoldSlots: true,
    });
  });

  test('is known to its registry, once', () => {
    const registry = createRegistry();
    const mail = queue('mail', { registry });
    expect(registry.queues()).toEqual([mail]);
    expect(codeOf(() => queue('mail', { registry }))).toBe('DUPLICATE_QUEUE');
    expect(registry.queues()).toEqual([mail]);
  });

  test.each<[string, object]>([
    ['no runs at a time', { concurrency: 0 }],
    ['a fraction of a run', { concurrency: 1.5 }],
    ['a number in a text', { workerConcurrency: '3' }],
    ['more runs than can be counted', { concurrency: 2 ** 31 }],
    ['more runs in one process than in all', { concurrency: 2, workerConcurrency: 3 }],
    ['more runs in a partition than in the queue', { concurrency: 2, partition: { concurrency: 3 } }],
    ['a rate of nothing', { rateLimit: { limit: 0, per: '1s' } }],
    ['a rate in no time', { rateLimit: { limit: 5, per: 0 } }],
    ['a rate without its length of time', { rateLimit: 5 }],
    [
      'a partition that is faster than its queue',
      {
        rateLimit: { limit: 5, per: '1s' },
        partition: { rateLimit: { limit: 6, per: '1s' } },
      },
    ],
    ['a weight of nothing', { partition: { weights: { acme: 0 } } }],
    ['a weight beyond measure', { partition: { weights: { acme: 1e9 } } }],
    ['weights that are none', { partition: { weights: 3 } }],
    ['a limit that is misspelt', { concurency: 3 }],
    ['a limit of partitions that is misspelt', { partition: { limit: 3 } }],
    ['a flag that is none', { parkedHoldSlots: 'yes' }],
    ['a way to apply it that is none', { apply: 'sometimes' }],
  ])('refuses %s', (_, options) => {
    const registry = createRegistry();
    expect(codeOf(() => queue('mail', { registry, ...(options as QueueOptions) }))).toBe('INVALID_OPTION');
    expect(registry.queues()).toEqual([]);
  });

  test('refuses a length of time that is none', () => {
    expect(codeOf(() => define({ rateLimit: { limit: 5, per: 'soon' } }))).toBe('INVALID_DURATION');
  });

  test('is changed where changes say so, and null takes a limit away', () => {
    const { limits } = define({ concurrency: 10, workerConcurrency: 5, partition: { concurrency: 2 } });
    expect(changedLimits(limits, { concurrency: null, partition: { weights: { acme: 2 } } }, 'mail')).toEqual(
      {
        ...limits,
        concurrency: null,
        weights: { acme: 2 },
      },
    );
    expect(changedLimits(limits, { partition: null }, 'mail').partitionConcurrency).toBeNull();
  });

  test('is checked as a whole after a change', () => {
    const { limits } = define({ workerConcurrency: 5 });
    expect(codeOf(() => changedLimits(limits, { concurrency: 4 }, 'mail'))).toBe('INVALID_OPTION');
  });

  test('may be named by itself or by its name', () => {
    expect([queueName(define(), 'queue'), queueName('mail', 'queue')]).toEqual(['mail', 'mail']);
    expect(codeOf(() => queueName('', 'queue'))).toBe('INVALID_NAME');
    expect(codeOf(() => queueName({} as never, 'queue'))).toBe('INVALID_OPTION');
  });
});
