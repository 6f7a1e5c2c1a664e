import { expect } from 'vitest';
import type { Form, Point } from './messages.js';
import { eachOnce, Scene, type Worker } from './scene.js';

/** A consumer that dies somewhere, and another one that goes on. */
export interface Play {
  readonly form: Form;
  readonly point: Point;
  /** How often it comes by there alive. */
  readonly spared: number;
}

export const RECORDS = 40;

const POINTS: Readonly<Record<Form, readonly Point[]>> = {
  starting: ['received', 'advanced', 'rejoined'],
  handling: ['received', 'handled', 'committed', 'rejoined'],
};

/** All windows: at the first batch, in the middle, and where two consumers share the partitions anew. */
export const PLAYS: readonly Play[] = (['starting', 'handling'] as const).flatMap((form) =>
  POINTS[form].flatMap((point) =>
    (point === 'rejoined' ? [1] : [0, 1, 3]).map((spared) => ({ form, point, spared })),
  ),
);

export function titleOf({ form, point, spared }: Play): string {
  return `${form}, killed at "${point}" after ${spared} times there: each record is taken exactly once`;
}

/** The ledger is the topic: what is there must be in the database, once. */
export async function perform({ form, point, spared }: Play): Promise<void> {
  const scene = await Scene.set();
  try {
    const orders = Array.from({ length: RECORDS }, (_, order) => ({ value: order, partition: order % 2 }));
    await scene.topic.write(orders.slice(0, RECORDS / 2));
    const doomed = scene.hire({ form, death: { point, spared } });
    await doomed.ready;
    const others: Worker[] = [];
    // It is there when the group shares its partitions anew.
    if (point === 'rejoined') others.push(scene.hire({ form, death: null }));
    await scene.topic.write(orders.slice(RECORDS / 2));
    expect(await doomed.died).toBe('SIGKILL');
    others.push(scene.hire({ form, death: null }));
    await scene.untilDone(RECORDS);
    for (const other of others) await other.leave();
    const once = eachOnce(RECORDS);
    expect(await scene.taken()).toEqual(form === 'starting' ? { run: once } : { run: once, handler: once });
    expect(await scene.runs()).toEqual({ all: RECORDS, well: RECORDS });
  } finally {
    await scene.strike();
  }
}
