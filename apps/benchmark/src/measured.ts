// A process of its own for each measurement: `measured.ts CONTENDER URL WORKLOAD SIZE`. It says when it is ready, and
// works each time it is told to go.
import { once } from 'node:events';
import { CONTENDERS } from './contenders/index.js';
import type { FromMeasured } from './messages.js';
import { SIZES, type SizeName, WORKLOADS } from './workloads.js';

const [name, url, workloadName, sizeName] = process.argv.slice(2);
const contender = await CONTENDERS[name!]!();
const workload = WORKLOADS.find((one) => one.name === workloadName)!;
const size = SIZES[sizeName as SizeName];

const say = (message: FromMeasured): void => void process.send!(message);

const prepared = await contender.prepare(url!);
const warmUp = workload.run(prepared, { ...SIZES.quick, jobs: Math.min(500, size.jobs) });
if (!warmUp) {
  say({ kind: 'cannot' });
  process.exit(0);
}
await warmUp;
say({ kind: 'ready' });

for (;;) {
  const [told] = await once(process, 'message');
  if (told === 'close') break;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const { units, waitsMs } = await workload.run(prepared, size)!;
  const tookMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  say({ kind: 'done', units, tookMs, cpuMs: (user + system) / 1000, waitsMs: waitsMs ?? [] });
}
await Promise.race([prepared.close(), new Promise((resolve) => setTimeout(resolve, 3000))]);
process.exit(0);
