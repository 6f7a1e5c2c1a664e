'use server';

import { isHoldfastError } from '@holdfast/core';
import { client } from '../client';
import { Order } from '../jobs/order';
import { report } from '../jobs/report';

/** What became of a form. */
export interface Ordered {
  /** The report that was ordered. */
  readonly id?: string;
  readonly error?: string;
}

/** Orders a report. The form says under which id, so that one that is sent twice is one report. */
export async function orderReport(form: FormData): Promise<Ordered> {
  const order = Order.safeParse({ title: form.get('title'), regions: form.getAll('region') });
  if (!order.success) return { error: order.error.issues[0]?.message ?? 'This cannot be ordered' };
  const id = String(form.get('id'));
  try {
    await client.start(report, [order.data], { id });
    return { id };
  } catch (error) {
    if (isHoldfastError(error, 'INVALID_ID')) return { error: error.message };
    throw error;
  }
}

export async function cancelReport(id: string): Promise<void> {
  await client.runs.cancel(id);
}
