// A process under a steady load: `load.ts URL RATE`. Started with --expose-gc. Each time it is told to, it says what has been
// since the last time.
import { createRegistry, Holdfast, queue, sleep, step, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import type { LoadReport } from './load-report.js';

const [url, rateText] = process.argv.slice(2);
const perSecond = Number(rateText);
/** Runs that have ended are kept for so long: tables are to become no larger. */
const KEPT = '3m';
const TICK_MS = 10;

const registry = createRegistry();
const plain = workflow('plain', { registry }, async (n: number) => {
  for (let at = 0; at < 5; at++) await step.run('step', () => ({ n, at }));
  return n;
});
const queued = workflow('queued', { registry }, async (scheduledMs: number) => {
  waitsMs.push(performance.now() - scheduledMs);
  await step.run('step', () => scheduledMs);
});
/** Long enough to leave memory. */
const sleeper = workflow('sleeper', { registry }, async (n: number) => {
  await step.run('before', () => n);
  await sleep('20s');
  return step.run('after', () => n);
});
const jobs = queue('jobs', { registry, concurrency: 200 });
const app = new Holdfast({
  store: postgres(url),
  registry,
  retention: { after: KEPT },
  logger: { debug() {}, info() {}, warn: complain, error: complain },
});

let runsMs: number[] = [];
let waitsMs: number[] = [];
let failures = 0;
let complaints: string[] = [];
let started = 0;

function complain(details: unknown, message: unknown): void {
  const cause = (details as { error?: Error } | undefined)?.error;
  complaints.push(`${String(message)}: ${cause?.message ?? ''}`);
}

/** What is due at a moment is started then, whatever became of the rest: a slow answer is no excuse for starting less. */
function startOne(): void {
  const n = started++;
  const scheduledMs = performance.now();
  const failed = (error: unknown): void => {
    failures += 1;
    complain({ error }, 'a run failed');
  };
  if (n % 2 === 0) {
    app
      .start(plain, [n])
      .then((handle) => handle.result())
      .then(() => runsMs.push(performance.now() - scheduledMs), failed);
  } else if (n % 20 === 1) app.start(sleeper, [n]).catch(failed);
  else app.start(queued, [scheduledMs], { queue: jobs }).catch(failed);
}

await app.launch();
const beganMs = performance.now();
const timer = setInterval(() => {
  const due = ((performance.now() - beganMs) / 1000) * perSecond;
  while (started < due) startOne();
}, TICK_MS);

let cpu = process.cpuUsage();
process.on('message', (message) => {
  if (message === 'stop') {
    clearInterval(timer);
    void app.shutdown({ drain: '5s' }).finally(() => process.exit(0));
    return;
  }
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const used = process.cpuUsage(cpu);
  const report: LoadReport = {
    started,
    failures,
    complaints,
    runsMs,
    waitsMs,
    rss,
    heapUsed,
    external,
    cpuMs: (used.user + used.system) / 1000,
  };
  [runsMs, waitsMs, complaints, failures] = [[], [], [], 0];
  cpu = process.cpuUsage();
  process.send!(report);
});
process.send!('ready');
