import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry, Holdfast, queue, workflow } from '@holdfast/core';
import { expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/index.js';
import { ending, nextMessage, spawnSupport } from '../support/child.js';
import { openClient } from '../support/sessions.js';
import { database } from './app.js';

const LIMITS = {
  concurrency: 4,
  workerConcurrency: 3,
  rateLimit: { limit: 10, per: 500 },
  partition: { concurrency: 3 },
};

interface Line {
  readonly what: 'begin' | 'end';
  readonly run: string;
  readonly epoch: number;
  readonly atNs: string;
  readonly pid: number;
}

/** A span in which a body ran. */
interface Span {
  readonly run: string;
  readonly pid: number;
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** Bodies that did not end were killed with their process. */
function spansOf(ledger: string, killedAtNs: ReadonlyMap<number, bigint>): Span[] {
  const lines = readFileSync(ledger, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  const ends = new Map(
    lines
      .filter(({ what }) => what === 'end')
      .map((line) => [`${line.run} ${line.epoch}`, BigInt(line.atNs)]),
  );
  return lines
    .filter(({ what }) => what === 'begin')
    .map(({ run, epoch, pid, atNs }) => {
      const toNs = ends.get(`${run} ${epoch}`) ?? killedAtNs.get(pid);
      if (toNs === undefined) throw new Error(`nobody knows how run ${run} ended in process ${pid}`);
      return { run, pid, fromNs: BigInt(atNs), toNs };
    });
}

function lengthOf(ledger: string): number {
  return readFileSync(ledger, { encoding: 'utf8', flag: 'a+' }).length;
}

/** The most bodies that ran at a time. */
function mostAtOnce(spans: readonly Span[]): number {
  return Math.max(
    0,
    ...spans.map(({ fromNs }) => spans.filter((one) => one.fromNs <= fromNs && fromNs < one.toNs).length),
  );
}

/** The most starts in any span of so many milliseconds. */
function mostInSpan(startsMs: readonly number[], spanMs: number): number {
  return Math.max(
    0,
    ...startsMs.map((from) => startsMs.filter((at) => at >= from && at < from + spanMs).length),
  );
}

test('processes with different versions that are killed again and again never exceed a limit', async () => {
  const url = await database();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-queue-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ledger = join(folder, 'ledger');
  const killedAtNs = new Map<number, bigint>();
  const workers = new Set<ChildProcess>();
  onTestFinished(() => {
    for (const worker of workers) worker.kill('SIGKILL');
  });
  const hire = async (version: string): Promise<ChildProcess> => {
    const worker = spawnSupport('queue-worker.ts', [url, version, ledger]);
    workers.add(worker);
    await nextMessage(worker);
    return worker;
  };
  const registry = createRegistry();
  const work = workflow('work', { registry }, async (_ms: number) => {});
  const busy = queue('busy', { registry, ...LIMITS });
  const app = new Holdfast({ store: postgres(url), registry, serve: [] });
  await app.launch();
  onTestFinished(() => app.shutdown({ drain: 0 }));
  const handles = [];
  for (let n = 0; n < 90; n++) {
    const options = { queue: busy, version: `${1 + (n % 2)}`, partitionKey: `tenant ${n % 3}` };
    handles.push(await app.start(work, [5 + ((n * 7) % 40)], options));
  }
  const crew = await Promise.all(['1', '2', '1'].map(hire));
  let isDone = false;
  const done = Promise.all(handles.map((handle) => handle.result())).then(() => {
    isDone = true;
  });
  const hired: Promise<ChildProcess>[] = [];
  let kills = 0;
  for (const [turn, victim] of crew.entries()) {
    // In full swing: as soon as some more have begun.
    const seen = lengthOf(ledger);
    while (lengthOf(ledger) < seen + 1000 && !isDone) await new Promise((resolve) => setTimeout(resolve, 5));
    hired.push(hire(turn === 1 ? '1' : '2'), hire('1'));
    killedAtNs.set(victim.pid!, process.hrtime.bigint());
    const end = ending(victim);
    victim.kill('SIGKILL');
    await end;
    if (!isDone) kills += 1;
  }
  await Promise.all(hired);
  await done;
  expect(kills).toBeGreaterThan(0);

  const spans = spansOf(ledger, killedAtNs);
  expect(new Set(spans.map(({ run }) => run)).size).toBe(90);
  expect(mostAtOnce(spans)).toBeLessThanOrEqual(LIMITS.concurrency);
  expect(mostAtOnce(spans)).toBeGreaterThan(1);
  for (const pid of new Set(spans.map((span) => span.pid))) {
    expect(mostAtOnce(spans.filter((span) => span.pid === pid))).toBeLessThanOrEqual(
      LIMITS.workerConcurrency,
    );
  }
  const client = await openClient(url);
  const { rows } = await client.query<{ ms: number; key: string; id: string }>(
    `select extract(epoch from started_at)::float8 * 1000 as ms, partition_key as key, id from holdfast.runs where queue = 'busy'`,
  );
  await client.end();
  const { limit, per } = LIMITS.rateLimit;
  expect(
    mostInSpan(
      rows.map(({ ms }) => ms),
      per,
    ),
  ).toBeLessThanOrEqual(limit);
  const keyOf = new Map(rows.map(({ id, key }) => [id, key]));
  for (const key of new Set(keyOf.values())) {
    const ofKey = spans.filter(({ run }) => keyOf.get(run) === key);
    expect(mostAtOnce(ofKey)).toBeLessThanOrEqual(LIMITS.partition.concurrency);
  }
}, 120_000);
