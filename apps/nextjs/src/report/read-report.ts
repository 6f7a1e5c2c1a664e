import { isHoldfastError, type RunState } from '@holdfast/core';
import { asc, eq } from 'drizzle-orm';
import { client } from '../client';
import { db } from '../database/database';
import { sections } from '../database/tables';
import type { Order } from '../jobs/order';

/** A report as its page shows it. Plain JSON, as it is sent to browsers. */
export interface ShownReport {
  readonly id: string;
  readonly title: string;
  readonly state: RunState;
  readonly createdAt: string;
  readonly sections: readonly { readonly region: string; readonly sales: number }[];
  /** Once it is published. */
  readonly total: number | null;
  /** How often a process took it up: more than once if one of them was killed. */
  readonly takenUp: number;
}

/** Undefined if there is none. */
export async function readReport(id: string): Promise<ShownReport | undefined> {
  const run = await client.runs.get(id).catch((error: unknown) => {
    if (isHoldfastError(error, 'RUN_NOT_FOUND') || isHoldfastError(error, 'INVALID_ID')) return undefined;
    throw error;
  });
  if (run?.workflow !== 'report') return undefined;
  const { title } = run.input[0] as Order;
  const result = run.output as { total: number } | undefined;
  return {
    id,
    title,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    sections: await db
      .select({ region: sections.region, sales: sections.sales })
      .from(sections)
      .where(eq(sections.report, id))
      .orderBy(asc(sections.row)),
    total: result?.total ?? null,
    takenUp: run.epoch,
  };
}
