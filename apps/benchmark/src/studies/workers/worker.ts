// One of several processes on one database: `worker.ts URL KIND`. Told to go, it works until it is told to stop, and says what it did.
import { once } from 'node:events';
import { createRegistry, Holdfast, queue, step, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';

/** What a worker is to do: runs of five steps that it starts itself, or jobs that wait in a queue. */
export type Kind = 'steps' | 'jobs';

/** What it has done between the two words, in steps or jobs. */
export interface Worked {
  readonly units: number;
  readonly cpuMs: number;
}

const STEPS = 5;
const AT_ONCE = 100;

const [url, kind] = process.argv.slice(2) as [string, Kind];
let units = 0;
const registry = createRegistry();
const work = workflow('work', { registry }, async () => {
  for (let n = 0; n < STEPS; n++) await step.run('step', () => n);
});
workflow('job', { registry }, async (n: number) => {
  await step.run('step', () => n);
  units += 1;
});
queue('jobs', { registry });
const app = new Holdfast({ store: postgres(url), registry });
await app.launch();

let isOver = false;
async function lane(): Promise<void> {
  while (!isOver) {
    await (await app.start(work, [])).result();
    units += STEPS;
  }
}
const lanes = kind === 'steps' ? Array.from({ length: AT_ONCE }, lane) : [];

process.send!('ready');
await once(process, 'message');
const before = units;
const cpu = process.cpuUsage();
await once(process, 'message');
const { user, system } = process.cpuUsage(cpu);
process.send!({ units: units - before, cpuMs: (user + system) / 1000 } satisfies Worked);
await once(process, 'message');
isOver = true;
await Promise.all(lanes);
await app.shutdown({ drain: '5s' });
process.exit(0);
