import { expect } from 'vitest';
import { transactionalSteps } from '../../../src/adapter.js';
import { type step, workflow } from '../../../src/index.js';
import { reaches } from '../../support/bench.js';
import { FakeDatabase, fakeCheckpoints } from '../../support/fake-database.js';
import type { Scenario } from '../scenario.js';

const done: string[] = [];

export const compensation: Record<string, Scenario> = {
  'compensation 1': {
    before: () => ({
      tx: transactionalSteps(new FakeDatabase().adapter, fakeCheckpoints),
      trips: { id: 'id' },
      eq: (column: string, value: string) => `${column} = ${value}`,
      airline: {
        reserve: async (flight: string) => `seat on ${flight}`,
        cancel: async (flight: string, seat: string) => done.push(`cancelled ${seat}, ${flight}`),
      },
    }),
    after: async ({ reserve }, world) => {
      const trip = workflow('trip', async () => {
        await (reserve as ReturnType<typeof step<[string], string>>)('LH 1');
        throw new Error('no hotel');
      });
      const app = await world.launch();
      await app.start(trip, [], { id: 'trip' });
      await reaches(app, 'trip', 'failed');
      expect(done.splice(0)).toEqual(['cancelled seat on LH 1, LH 1']);
    },
  },
};
