import { expect } from 'vitest';
import { Client, type WorkflowFunction, workflow } from '../../../src/index.js';
import { type Scenario, underWay } from '../scenario.js';

const mailed: string[] = [];

export const changing: Record<string, Scenario> = {
  'versions 1': {
    isInRun: true,
    before: () => ({
      order: {},
      mailA: async () => mailed.push('A'),
      mailByA: async () => mailed.push('A'),
      mailByB: async () => mailed.push('B'),
    }),
    after: () => expect(mailed.splice(0)).toEqual(['B']),
  },
  'versions 2': {
    after: async ({ checkout }, world) => {
      const app = await world.launch();
      const { id } = await app.start(checkout as WorkflowFunction<[object], unknown>, [{}]);
      expect((await app.runs.get(id)).version).toBe('2');
    },
  },
  'versions 3': {
    before: async ({ store }) => {
      const client = new Client({ store });
      await client.open();
      await client.start('checkout', [], { id: 'stranded', version: '1' });
      await client.close();
      workflow('checkout', { version: '2' }, async () => 'by version 2');
      return {};
    },
    after: async (_, { app }) => expect(await app.handle('stranded').result()).toBe('by version 2'),
  },
  'retention 1': {
    before: ({ store }) => ({ store }),
    after: ({ app }) => expect(app).toHaveProperty('launch'),
  },
  'retention 2': {
    before: async (world) => {
      const trial = workflow('trial', async () => 'done');
      const app = await world.launch();
      await (await app.start(trial, [], { id: 'trial' })).result();
      await underWay(world, 'goes on', 'open');
      return {};
    },
    after: async (_, { app }) => {
      expect((await app.runs.list({})).runs.map(({ id }) => id)).toEqual(['open']);
    },
  },
  'rights 1': {
    before: ({ store }) => ({ postgres: (_: string, options: object) => Object.assign(store, options) }),
    after: (_, { store }) => expect(store).toMatchObject({ migrate: false }),
  },
};
