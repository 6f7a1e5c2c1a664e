import { expect } from 'vitest';
import { type Holdfast, queue, type RunHandle } from '../../../src/index.js';
import { errorOf } from '../../support/signals.js';
import { echo, type Scenario, type World } from '../scenario.js';

/** An app that is launched when all is defined, in the midst of an example. */
const launchedThen = (world: World) => ({
  start: async (...given: Parameters<Holdfast['start']>) => (await world.launch()).start(...given),
});

export const queues: Record<string, Scenario> = {
  'queues 1': {
    before: (world) => ({ app: launchedThen(world), letter: { to: 'Ann' } }),
    after: async ({ handle }, { app }) => {
      const { id } = handle as RunHandle<unknown>;
      expect((await app.runs.get(id)).queue).toBe('mail');
      expect(await app.handle(id).result()).toBeUndefined();
    },
  },
  'queues 2': {
    before: (world) => ({
      app: launchedThen(world),
      importFile: echo('import file'),
      file: 'a file',
      tenant: 'acme',
    }),
    after: async (_, { app }) => {
      expect((await app.runs.list({ queue: 'imports' })).runs).toMatchObject([{ partitionKey: 'acme' }]);
    },
  },
  'queues 3': {
    before: async (world) => {
      queue('mail', { concurrency: 20, rateLimit: { limit: 100, per: '1m' } });
      const sendMail = echo('send mail');
      const app = await world.launch();
      await (await app.start(sendMail, ['a letter'], { queue: 'mail' })).result();
      return {};
    },
    after: async (_, { app }) => expect((await errorOf(app.queues.get('mail'))).code).toBe('QUEUE_NOT_FOUND'),
  },
};
