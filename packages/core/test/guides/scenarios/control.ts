import { expect } from 'vitest';
import { currentRun, type RunHandle, step, workflow } from '../../../src/index.js';
import { reaches } from '../../support/bench.js';
import { echo, failed, type Scenario, underWay, type World } from '../scenario.js';

const stateOf = async ({ app }: World, id: string) => (await app.runs.get(id)).state;

export const control: Record<string, Scenario> = {
  'control 1': {
    before: async (world) => {
      await underWay(world, 'checkout', 'order-42');
      await underWay(world, 'refund', 'order-43');
      return { handle: { cancel: (options: object) => world.app.handle('order-42').cancel(options) } };
    },
    after: async (_, world) => {
      expect(await stateOf(world, 'order-42')).toBe('cancelled');
      expect(await stateOf(world, 'order-43')).toBe('cancelled');
    },
  },
  'control 2': {
    isInRun: true,
    before: () => ({
      video: 'a video',
      render: async (_: string, { signal }: { signal: AbortSignal }) => signal.aborted,
    }),
    after: async (_, { app }) => {
      const { runs } = await app.runs.list({ workflow: 'example' });
      expect(await app.runs.steps(runs[0]!.id)).toMatchObject([{ name: 'render', output: false }]);
    },
  },
  'control 3': {
    before: () => ({ checkout: echo('checkout'), order: { id: '42' } }),
    after: async ({ handle, report }, world) => {
      expect(await (handle as RunHandle<unknown>).result()).toEqual({ id: '42' });
      const seen = workflow('sees', async () => currentRun()!.deadline);
      const app = await world.launch();
      expect(await (await app.start(seen, [], { timeout: '10m' })).result()).toBeInstanceOf(Date);
      expect(await (report as () => Promise<unknown>)()).toBeUndefined();
    },
  },
  'control 4': {
    isInRun: true,
    before: () => ({ sendInvoice: echo('send invoice'), order: { id: '42' } }),
    after: async ({ handle }, { app }) => {
      expect(await app.handle((handle as RunHandle<unknown>).id).result()).toEqual({ id: '42' });
    },
  },
  'control 5': {
    before: async (world) => {
      const ends = echo('ends');
      await failed(world, 'failed');
      const app = await world.launch();
      const handle = await app.start(ends, ['first']);
      await handle.result();
      const handles = () => [world.app.handle(handle.id), world.app.handle('failed')];
      return {
        handle: { result: (options: object) => world.app.handle(handle.id).result(options) },
        get handles() {
          return handles();
        },
      };
    },
    after: ({ all, first }) => {
      expect(all).toMatchObject([{ status: 'fulfilled', value: 'first' }, { status: 'rejected' }]);
      expect(first).toHaveProperty('id');
    },
  },
  'control 6': {
    after: async ({ pay }, world) => {
      const fails = step('fails', () => Promise.reject(new Error('always')), {
        retry: { attempts: 2, initial: 1 },
      });
      const pauses = workflow('pauses', { onExhausted: 'pause' }, async () => fails());
      const app = await world.launch();
      await expect((pay as () => Promise<unknown>)()).resolves.toBeUndefined();
      await app.start(pauses, [], { id: 'paused' });
      await reaches(app, 'paused', 'paused');
    },
  },
  'control 7': {
    before: async (world) => {
      await failed(world, 'failed');
      return { id: 'failed' };
    },
    after: ({ error }) => expect((error as Error).message).toContain('broken'),
  },
};
