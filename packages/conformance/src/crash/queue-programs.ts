import { queue, type Workflow, workflow } from '@holdfast/core/internal';
import type { Means } from './means.js';
import type { RunOrder } from './messages.js';

/** What queued workflows are made of. */
export interface QueuedSteps {
  readonly plain: (label: string) => Promise<string>;
  readonly record: (label: string) => Promise<string>;
}

const NARROW = 'narrow';
/** The most runs of the queue whose bodies may run at once, in all workers together. */
export const NARROW_CONCURRENCY = 2;
/** Workflows whose runs are all in that queue. */
export const QUEUED: ReadonlySet<string> = new Set(['queued', 'queued parent']);

/** The order of a run, in the queue of its workflow if it has one. */
export function orderOf(id: string, workflow: string): RunOrder {
  return { id, workflow, ...(QUEUED.has(workflow) && { queue: NARROW }) };
}

/** Workflows whose runs wait for their turn in a queue, also for that of their children in the same one. */
export function queuePrograms(
  { registry, app }: Means,
  { plain, record }: QueuedSteps,
): Readonly<Record<'queued' | 'queued parent', Workflow<[], unknown>>> {
  const options = { registry };
  const narrow = queue(NARROW, { registry, concurrency: NARROW_CONCURRENCY });
  const queued = workflow('queued', options, async () => [await plain('p'), await record('t')]);
  const parent = workflow('queued parent', options, async () => {
    const before = await plain('before');
    const children = [
      await app().start(queued, [], { queue: narrow }),
      await app().start(queued, [], { queue: narrow }),
    ];
    const results = await Promise.all(children.map((child) => child.result()));
    return { before, results, after: await record('after') };
  });
  return { queued, 'queued parent': parent };
}
