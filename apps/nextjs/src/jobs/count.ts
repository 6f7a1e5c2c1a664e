import { schedule, workflow } from '@holdfast/core';
import { drizzleSteps } from '@holdfast/orm-drizzle';
import { lt } from 'drizzle-orm';
import { db } from '../database/database';
import { counts, published } from '../database/tables';
import { registry } from './registry';

const HOUR_MS = 3_600_000;

const tx = drizzleSteps(db, { registry });

/** Counts the published reports, and forgets what was counted more than an hour ago. */
export const count = workflow('count', { registry }, async (at: Date) => recordCount(at));

/** Every five seconds, once across all processes. */
schedule('count', '*/5 * * * * *', count, { registry, catchUp: 'skip' });

const recordCount = tx('record count', async (t, at: Date) => {
  const reports = await t.$count(published);
  await t.insert(counts).values({ at, published: reports });
  await t.delete(counts).where(lt(counts.at, new Date(at.getTime() - HOUR_MS)));
  return reports;
});
