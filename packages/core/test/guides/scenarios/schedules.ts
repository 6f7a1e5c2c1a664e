import { expect } from 'vitest';
import { echo, type Scenario } from '../scenario.js';

const DAY_MS = 86_400_000;
const mailed: unknown[] = [];

export const schedules: Record<string, Scenario> = {
  'schedules 1': {
    before: () => ({ mailReport: async (team: string) => mailed.push(team) }),
    after: async (_, world) => {
      const { schedules } = await world.launch();
      expect(await schedules.get('nightly report')).toMatchObject({ timeZone: 'Europe/Berlin' });
      await (await schedules.trigger('nightly report')).result();
      expect(mailed.splice(0)).toEqual(['sales']);
    },
  },
  'schedules 2': {
    after: async ({ Reports }, world) => {
      const app = await world.launch(new (Reports as new () => object)());
      expect(await app.schedules.list()).toMatchObject([{ cron: '0 3 * * *', timeZone: 'Europe/Berlin' }]);
    },
  },
  'schedules 3': {
    before: () => ({
      digest: echo('digest'),
      ofAnother: { cron: '0 8 * * MON', workflow: 'digest' },
      from: new Date(Date.now() - 14 * DAY_MS),
      to: new Date(),
    }),
    after: async (_, { app }) => {
      expect((await app.schedules.list()).map(({ name }) => name)).toEqual(['a', 'b']);
      expect((await app.runs.list({ workflow: 'digest' })).runs.length).toBeGreaterThanOrEqual(2);
    },
  },
};
