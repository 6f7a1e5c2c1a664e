import { expect } from 'vitest';
import type { RunHandle } from '../../../src/index.js';
import { echo, failed, type Scenario } from '../scenario.js';

export const looking: Record<string, Scenario> = {
  'looking 1': {
    before: async (world) => {
      await failed(world, 'of another', { name: 'refund' });
      await failed(world, 'of 42', { name: 'checkout', tags: { customer: 42, region: 'north' } });
      // The example lists what is made from 2030 on; the test runs before that.
      return {
        app: {
          runs: { list: (filter: object) => world.app.runs.list({ ...filter, createdAfter: new Date(0) }) },
        },
      };
    },
    after: ({ runs, nextCursor }) => {
      expect(runs).toMatchObject([{ id: 'of 42' }]);
      expect(nextCursor).toBeUndefined();
    },
  },
  'looking 2': {
    before: (world) => failed(world, 'failed'),
    after: async (_, { app }) => {
      expect(await app.runs.counts({ by: ['state'] })).toEqual([{ state: 'failed', runs: 1 }]);
    },
  },
  'looking 3': {
    before: ({ store }) => {
      echo('checkout');
      return {
        postgres: () => store,
        order: { id: '42' },
        console: { log: (value: unknown) => printed.push(value) },
      };
    },
    after: ({ handle }) => {
      expect((handle as RunHandle<unknown>).id).toBe('order-42');
      expect(printed.splice(0)).toEqual([{ id: '42' }]);
    },
  },
};

const printed: unknown[] = [];
