// A process that is launched beside runs that sleep: `launching.ts URL DUE`. Started with --expose-gc. It says what that took when
// so many of them have woken.
import { setTimeout as delay } from 'node:timers/promises';
import { createRegistry, Holdfast, sleep, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { Countdown } from '../../contender.js';

/** What it took. */
export interface Launched {
  readonly launchMs: number;
  /** What memory there was more, in use and of the process, when the launch had come to rest. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** How long after its moment each went on. */
  readonly lateMs: readonly number[];
}

/** What a launch begins is over by then. */
const REST_MS = 2000;

const [url, dueText] = process.argv.slice(2);
const due = Number(dueText);
const woken = new Countdown(due);
const lateMs: number[] = [];
const registry = createRegistry();
workflow('sleeper', { registry }, async (ms: number, dueAtMs: number) => {
  await sleep(ms);
  lateMs.push(Date.now() - dueAtMs);
  woken.one();
});
const app = new Holdfast({ store: postgres(url!), registry });

const before = memory();
const beganMs = performance.now();
await app.launch();
const launchMs = performance.now() - beganMs;
await delay(REST_MS);
const after = memory();
if (due > 0) await woken.over;
process.send!({
  launchMs,
  heapBytes: after.heapUsed - before.heapUsed,
  rssBytes: after.rss - before.rss,
  lateMs,
} satisfies Launched);
await app.shutdown();
process.disconnect();

function memory(): NodeJS.MemoryUsage {
  globalThis.gc!();
  return process.memoryUsage();
}
