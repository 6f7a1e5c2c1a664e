import { Client, createRegistry, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';

/** Jobs that wait in a queue that is paused. */
export interface Pile {
  /** Lets them be taken. */
  release(): Promise<void>;
  close(): Promise<void>;
}

/** Piles up so many jobs. */
export async function pileUp(url: string, jobs: number): Promise<Pile> {
  const registry = createRegistry();
  const job = workflow('job', { registry }, async (_: number) => {});
  const client = new Client({ store: postgres(url), registry });
  await client.open();
  try {
    await client.queues.set('jobs', {});
    await client.queues.pause('jobs');
    const args = Array.from({ length: jobs }, (_, n): [number] => [n]);
    await client.startMany(job, args, { queue: 'jobs' });
  } catch (error) {
    await client.close();
    throw error;
  }
  return { release: () => client.queues.resume('jobs'), close: () => client.close() };
}
