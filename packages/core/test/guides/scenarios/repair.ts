import { expect } from 'vitest';
import { step, workflow } from '../../../src/index.js';
import { failed, type Scenario } from '../scenario.js';

export const repair: Record<string, Scenario> = {
  'repair 1': {
    before: async (world) => {
      (await failed(world, 'failed')).mend();
      return { failedIds: ['failed', 'nobody'] };
    },
    after: async ({ answers, left }, { app }) => {
      expect(answers).toMatchObject([
        { id: 'failed', done: true },
        { id: 'nobody', done: false },
      ]);
      expect(left).toMatchObject([{ id: 'nobody' }]);
      expect(await app.handle('failed').result()).toBe('mended');
    },
  },
  'repair 2': {
    before: async (world) => {
      const checkout = workflow('checkout', { version: '2' }, async () => {
        const paid = await step.run('charge card', () => 'wrong');
        return step.run('record order', () => `recorded ${paid}`);
      });
      const app = await world.launch();
      await (await app.start(checkout, [], { id: 'order-42' })).result();
      return { payment: 'right' };
    },
    after: async (_, { app }) => {
      const { runs } = await app.runs.list({ forkedFrom: 'order-42' });
      expect(await app.handle(runs[0]!.id).result()).toBe('recorded right');
    },
  },
};
