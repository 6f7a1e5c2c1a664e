import { describe, expect, test } from 'vitest';
import { createRegistry } from '../src/index.js';
import type * as Fixture from './decorators/reports.js';
import { bench } from './support/bench.js';
import { compiledFixture, type DecoratorForm } from './support/compiled.js';
import { ManualClock } from './support/manual-clock.js';
import { eventually } from './support/signals.js';

const forms: DecoratorForm[] = ['standard', 'experimental'];
const MINUTE_MS = 60_000;
/** A little past midnight. */
const START_MS = Date.UTC(2030, 0, 1) + 2;

describe.each(forms)('%s decorators', (form) => {
  const fixture = compiledFixture<typeof Fixture>('reports', form);

  test('a static method is started by the clock, on its class', async () => {
    const clock = new ManualClock(START_MS);
    const { launch, registry } = await bench({ clock });
    const ran: string[] = [];
    const { Cleaning } = fixture.defineReports(registry, ran);
    const app = await launch({ workflows: [Cleaning] });
    expect(await app.schedules.list()).toMatchObject([{ name: 'clean', catchUp: 'all', overlap: 'skip' }]);
    clock.advance(MINUTE_MS);
    await eventually(() => ran.length === 1);
    expect(ran).toEqual(['attic 2030-01-01T00:01:00.000Z']);
  });

  test('an instance’s method is started by the clock once the instance is listed, and keeps its `this`', async () => {
    const { launch, registry } = await bench();
    const ran: string[] = [];
    const { Reports } = fixture.defineReports(registry, ran);
    expect(registry.schedules().map(({ name }) => name)).toEqual(['clean']);
    const app = await launch({ workflows: [new Reports('ada')] });
    const listed = await app.schedules.list();
    expect(listed.map(({ name, workflow, cron }) => [name, workflow, cron])).toEqual([
      ['evenings', 'digest', '0 19 * * *'],
      ['mornings', 'digest', '0 7 * * *'],
      ['nightly', 'nightly', '0 3 * * *'],
    ]);
    expect(listed[2]).toMatchObject({ timeZone: 'Europe/Berlin', args: ['short'] });
    await (await app.schedules.trigger('nightly')).result();
    expect(ran).toEqual([expect.stringMatching(/^ada short 2/)]);
  });

  test('named instances have schedules of their own', async () => {
    const { launch, registry } = await bench();
    const { Reports } = fixture.defineReports(registry, []);
    const instances = ['ada', 'bob'].map((name) => ({ name, instance: new Reports(name) }));
    const app = await launch({ workflows: instances });
    expect((await app.schedules.list()).map(({ name }) => name)).toEqual([
      'ada.evenings',
      'ada.mornings',
      'ada.nightly',
      'bob.evenings',
      'bob.mornings',
      'bob.nightly',
    ]);
  });

  test('a mistake shows where the class is defined', () => {
    expect(() => fixture.defineMisspelt(createRegistry())).toThrow(
      expect.objectContaining({ code: 'INVALID_CRON', message: expect.stringContaining('nightly') }),
    );
    expect(() => fixture.defineUpsideDown(createRegistry())).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('@Workflow()') }),
    );
  });
});
