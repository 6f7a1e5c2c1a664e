import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { currentRun, step, workflow } from '@holdfast/core';
import { drizzleSteps } from '@holdfast/orm-drizzle';
import { eq, sum } from 'drizzle-orm';
import { db } from '../database/database';
import { published, sections } from '../database/tables';
import { Order } from './order';
import { progress } from './progress';
import { registry } from './registry';

const tx = drizzleSteps(db, { registry });

export const report = workflow('report', { input: Order, registry }, async ({ title, regions }) => {
  const { id } = currentRun()!;
  const of = regions.length + 1;
  for (const [done, region] of regions.entries()) {
    await progress.write({ done, of, text: `Asking for the sales of ${region}` });
    const sales = await askForSales(region);
    await recordSection(id, region, sales);
  }
  await progress.write({ done: regions.length, of, text: 'Adding it all up' });
  const total = await publish(id, title);
  await progress.write({ done: of, of, text: 'Published' });
  return { total };
});

/** A slow service. It may be asked twice if the process dies meanwhile; what it said first and was recorded counts. */
const askForSales = step(
  'ask for sales',
  async (region: string) => {
    await delay(1200);
    return region.length * 1000 + randomInt(1000);
  },
  { retry: { attempts: 5, initial: '200ms' }, timeout: '10s' },
);

/** The row and the record that the step was made are one commit. */
const recordSection = tx('record section', async (t, id: string, region: string, sales: number) => {
  await t.insert(sections).values({ report: id, region, sales });
});

const publish = tx('publish', async (t, id: string, title: string) => {
  const [row] = await t
    .select({ total: sum(sections.sales).mapWith(Number) })
    .from(sections)
    .where(eq(sections.report, id));
  const total = row?.total ?? 0;
  await t.insert(published).values({ report: id, title, total });
  return total;
});
