import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@holdfast/postgres';
import { startEmbedded } from '@holdfast/postgres/internal';
import pg from 'pg';
import { dropDatabase, freshDatabase } from '../../measure/database.js';
import { type MeasuredProcess, startMeasured } from '../../measure/measured-process.js';
import { nodeFor } from '../../measure/node.js';
import { readNow } from '../../measure/server.js';
import { median, quantile } from '../../measure/statistics.js';
import { shownValue } from '../../report/figures.js';
import { differences } from '../../scale/same-tables.js';
import { settle } from '../../scale/settle.js';
import type { Workload } from '../../workloads.js';
import type { Findings, Ground, Mark, Study } from '../study.js';

const ROUNDS = 8;
/** A figure may be worse by so much beside all that has ended. */
const MOST = 0.1;

/** What one slice of a workload showed and cost. */
interface Slice {
  readonly value: number;
  readonly walBytes: number;
  readonly serverCpuMicros: number;
}

/** The main workloads beside ten million runs that ended, and in an empty database of the same server, in turn. */
export const finished: Study = {
  name: 'finished',
  title: 'Beside ten million finished runs, and in an empty database',
  isLong: false,
  async run(ground) {
    const { scaleDir } = ground;
    if (!existsSync(scaleDir)) throw new Error(`${scaleDir} is not there: npm run bench:scale fills it`);
    const server = await startEmbedded({ dir: scaleDir });
    const empty = await freshDatabase(server.url);
    try {
      const places = { empty, full: server.url };
      await made(places, ground);
      return await compared(ground, places);
    } finally {
      await dropDatabase(server.url, empty);
      await server.release();
    }
  },
};

/** Both have the tables of today, and small rows go to new pages in either. */
async function made({ empty, full }: Places, { say, scaleDir }: Ground): Promise<void> {
  const clients = await Promise.all([empty, full].map(connected));
  try {
    for (const url of [empty, full]) await migrate(url);
    const others = await differences(clients[0]!, clients[1]!);
    // Before a release, a migration may be changed that a database of long ago has had.
    if (others.length > 0)
      throw new Error(`${scaleDir} has other tables than those of today; fill it anew: ${others.join(', ')}`);
    await settle(clients[1]!, say);
  } finally {
    for (const client of clients) await client.end();
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

type Places = Readonly<Record<'empty' | 'full', string>>;

async function compared(ground: Ground, places: Places): Promise<Findings> {
  const rows: string[][] = [];
  const beyond: string[] = [];
  const marks: Mark[] = [];
  for (const workload of ground.workloads) {
    ground.say(workload.name);
    const { empty, full } = await inTurn(ground, workload, places);
    // More of a rate is better, and less of a time.
    const worse = full.map(({ value }, n) =>
      workload.shows === 'rate' ? empty[n]!.value / value - 1 : value / empty[n]!.value - 1,
    );
    if (median(worse) > MOST) beyond.push(workload.name);
    marks.push({
      name: `${workload.name}, beside 10 M runs`,
      ...{ value: median(worse) * 100, most: MOST * 100, unit: '% worse' },
    });
    const shown = (all: readonly Slice[], of: (slice: Slice) => number): string => {
      const value = median(all.map(of));
      return value.toFixed(value < 10 ? 2 : 0);
    };
    rows.push([
      `${workload.title} (${workload.shows === 'rate' ? `${workload.unit}s/s` : 'ms'})`,
      ...[empty, full].map((all) => shown(all, ({ value }) => value)),
      percent(median(worse)),
      `${percent(quantile(worse, 0.25))} to ${percent(quantile(worse, 0.75))}`,
      ...[empty, full].map((all) => shown(all, ({ walBytes }) => walBytes)),
      ...[empty, full].map((all) => shown(all, ({ serverCpuMicros }) => serverCpuMicros)),
    ]);
  }
  return {
    columns: [
      ...['', 'empty', 'full', 'worse by', 'half of the rounds'],
      ...['WAL bytes/unit, empty', 'full', 'CPU of the server, µs/unit, empty', 'full'],
    ],
    rows,
    marks,
    verdicts: [
      beyond.length === 0
        ? `None is worse by more than ${percent(MOST)}.`
        : `Worse by more than ${percent(MOST)}: ${beyond.join(', ')}.`,
      `Medians of ${roundsOf(ground)} rounds in turn, on one server with shared_buffers of 128 MB.`,
    ],
  };
}

function roundsOf({ isQuick }: Ground): number {
  return isQuick ? 2 : ROUNDS;
}

async function inTurn(
  ground: Ground,
  workload: Workload,
  places: Places,
): Promise<Readonly<Record<keyof Places, readonly Slice[]>>> {
  const [empty, full] = await Promise.all([
    measuring(ground, workload, places.empty),
    measuring(ground, workload, places.full),
  ]);
  const slices: Record<keyof Places, Slice[]> = { empty: [], full: [] };
  try {
    // The first round brings into memory what is looked at.
    for (let round = 0; round <= roundsOf(ground); round++) {
      const order = round % 2 === 0 ? (['empty', 'full'] as const) : (['full', 'empty'] as const);
      for (const place of order) {
        const slice = await (place === 'empty' ? empty : full).slice();
        if (round > 0) slices[place].push(slice);
      }
    }
    await Promise.all([empty.measured.close(), full.measured.close()]);
    return slices;
  } finally {
    for (const { measured, client } of [empty, full]) {
      measured.kill();
      await client.end();
    }
  }
}

async function measuring(
  { isQuick, scaleDir }: Ground,
  workload: Workload,
  url: string,
): Promise<{ readonly measured: MeasuredProcess; readonly client: pg.Client; slice(): Promise<Slice> }> {
  const measured = await startMeasured({
    ...{ url, contender: 'holdfast', workload: workload.name, node: nodeFor(24) },
    size: isQuick ? 'quick' : 'slice',
  });
  const client = await connected(url);
  const [first] = readFileSync(join(scaleDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const postmaster = Number(first);
  return {
    measured: measured!,
    client,
    async slice() {
      const before = await readNow(client, postmaster);
      const done = await measured!.go();
      const after = await readNow(client, postmaster);
      return {
        value: shownValue(workload, done),
        walBytes: (after.walBytes - before.walBytes) / done.units,
        serverCpuMicros: ((after.cpuMs - before.cpuMs) * 1000) / done.units,
      };
    },
  };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
