import type { RunState } from '@holdfast/core';
import { count, desc, inArray } from 'drizzle-orm';
import { client } from '../client';
import { db } from '../database/database';
import { counts, sections } from '../database/tables';
import type { Order } from '../jobs/order';

/** A report as the list shows it. */
export interface ListedReport {
  readonly id: string;
  readonly title: string;
  readonly state: RunState;
  readonly createdAt: string;
  readonly done: number;
  readonly of: number;
}

/** What the first page shows. Plain JSON, as it is sent to browsers. */
export interface Board {
  readonly reports: readonly ListedReport[];
  readonly counts: readonly { readonly at: string; readonly published: number }[];
}

export async function readBoard(): Promise<Board> {
  const [{ runs }, ticks] = await Promise.all([
    client.runs.list({ workflow: 'report', limit: 10, payloads: true }),
    db.select().from(counts).orderBy(desc(counts.row)).limit(12),
  ]);
  const done = await sectionsOf(runs.map(({ id }) => id));
  return {
    reports: runs.map(({ id, input, state, createdAt }) => {
      const { title, regions } = input[0] as Order;
      const common = { id, title, state, createdAt: createdAt.toISOString() };
      return { ...common, done: done.get(id) ?? 0, of: regions.length };
    }),
    counts: ticks.map(({ at, published }) => ({ at: at.toISOString(), published })),
  };
}

async function sectionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ report: sections.report, done: count() })
    .from(sections)
    .where(inArray(sections.report, [...ids]))
    .groupBy(sections.report);
  return new Map(rows.map(({ report, done }) => [report, done]));
}
