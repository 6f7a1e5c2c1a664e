import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { dropDatabase, freshDatabase } from '../../measure/database.js';
import type { Findings, Ground, Study } from '../study.js';
import type { LoadReport } from './load-report.js';
import { readTables, type Sample, sampleOf } from './sample.js';
import { verdictOn } from './verdict.js';

const LOAD = fileURLToPath(new URL('./load.ts', import.meta.url));
/** Runs in a second: half of them of five steps, nearly half queued, a twentieth that sleep for 20 s. */
const RATE = 120;
/** A transaction is held open elsewhere for so long, from the middle on. */
const HELD_MINUTES = 10;

/** The same load for an hour: what grows? */
export const steady: Study = {
  name: 'steady',
  title: `A steady load of ${RATE} runs a second`,
  isLong: true,
  async run(ground) {
    const url = await freshDatabase(ground.serverUrl);
    const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', LOAD, url, String(RATE)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    try {
      await heard(child);
      return await watch(child, url, ground);
    } finally {
      child.kill('SIGKILL');
      await dropDatabase(ground.serverUrl, url);
    }
  },
};

async function watch(child: ChildProcess, url: string, ground: Ground): Promise<Findings> {
  const minuteMs = ground.isQuick ? 3000 : 60_000;
  const held = Math.min(HELD_MINUTES, Math.floor(ground.minutes / 5));
  const heldFrom = Math.floor((ground.minutes - held) / 2) + 1;
  const file = join(ground.out, 'steady.jsonl');
  mkdirSync(ground.out, { recursive: true });
  const looking = await connected(url);
  const holding = await connected(url);
  const samples: Sample[] = [];
  try {
    const beganMs = performance.now();
    for (let minute = 1; minute <= ground.minutes; minute++) {
      if (minute === heldFrom) await hold(holding);
      await delay(beganMs + minute * minuteMs - performance.now());
      const isHeld = minute >= heldFrom && minute < heldFrom + held;
      const report = heard(child);
      child.send('report');
      const sample = sampleOf({ minute, isHeld }, (await report) as LoadReport, await readTables(looking));
      samples.push(sample);
      appendFileSync(file, `${JSON.stringify(sample)}\n`);
      ground.say(line(sample));
      if (minute === heldFrom + held - 1) await holding.query('commit');
    }
    child.send('stop');
    await once(child, 'exit');
    return verdictOn(samples);
  } finally {
    await Promise.all([looking.end(), holding.end()]);
  }
}

/** A transaction that sees what was when it began: vacuum has to keep all of that. */
async function hold(client: pg.Client): Promise<void> {
  await client.query('begin isolation level repeatable read');
  await client.query('select count(*) from holdfast.executors');
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** The next thing that the process says. */
async function heard(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: over.signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal: over.signal }).then(([code]) => {
        throw new Error(`the process under load ended with ${code}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

function line({ minute, isHeld, started, heapUsed, rss, runs, waits, tables }: Sample): string {
  const dead = tables.reduce((total, table) => total + table.dead, 0);
  const ms = (value: number): string => value.toFixed(1);
  return (
    `minute ${minute}${isHeld ? ' (held)' : ''}: ${started} runs, heap ${Math.round(heapUsed / 2 ** 20)} MB, ` +
    `rss ${Math.round(rss / 2 ** 20)} MB, ${dead} dead, run ${ms(runs.p50)}/${ms(runs.p99)} ms, ` +
    `wait ${ms(waits.p50)}/${ms(waits.p99)} ms`
  );
}
