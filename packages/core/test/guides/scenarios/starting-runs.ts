import { expect } from 'vitest';
import { queue, workflow } from '../../../src/index.js';
import { reaches } from '../../support/bench.js';
import { echo, type Scenario } from '../scenario.js';

const letters = [{ id: 'a' }, { id: 'b' }];

export const startingRuns: Record<string, Scenario> = {
  'starting-runs 1': {
    before: () => ({ checkout: echo('checkout'), order: { id: '42' } }),
    after: async (_, { app }) => expect(await app.handle('order-42').result()).toEqual({ id: '42' }),
  },
  'starting-runs 2': {
    before: () => ({ sync: workflow('sync', () => new Promise(() => {})), customer: { id: 'ann' } }),
    after: async (_, { app }) => {
      expect((await app.runs.list({ deduplicationKey: 'ann' })).runs).toHaveLength(1);
    },
  },
  'starting-runs 3': {
    after: async ({ reindex }, world) => {
      await world.launch();
      expect(await (reindex as () => Promise<unknown>)()).toBeUndefined();
    },
  },
  'starting-runs 4': {
    before: () => {
      queue('mail');
      return { sendMail: echo('send mail'), letters };
    },
    after: async (_, { app }) => {
      expect((await app.runs.list({ queue: 'mail' })).runs).toHaveLength(4);
      await reaches(app, 'letter-b', 'succeeded');
    },
  },
  'starting-runs 5': {
    before: () => ({ reindexShop: echo('reindex shop'), shop: { id: 'shop' } }),
    after: async (_, { app }) => {
      expect((await app.runs.list({ workflow: 'reindex shop' })).runs).toHaveLength(1);
    },
  },
};
