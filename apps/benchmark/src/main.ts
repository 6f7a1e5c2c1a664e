// `npm run bench -- [--quick] [--repeat N] [--only a,b] [--workloads steps,queue] [--out FOLDER]`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startTemporaryCluster } from '@holdfast/postgres/internal';
import color from 'picocolors';
import type { Contender } from './contender.js';
import { CONTENDERS } from './contenders/index.js';
import { type Measurement, measure } from './measure/measurement.js';
import { nodeFor } from './measure/node.js';
import { type Figures, figuresOf } from './report/figures.js';
import { type Panel, picture } from './report/picture.js';
import { table } from './report/table.js';
import { WORKLOADS } from './workloads.js';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    repeat: { type: 'string', default: '3' },
    only: { type: 'string' },
    workloads: { type: 'string' },
    out: { type: 'string' },
  },
});
const SETTINGS = { synchronous_commit: 'on', fsync: 'on', max_connections: '200', shared_buffers: '256MB' };
const size = flags.quick ? 'quick' : 'whole';
const repeat = flags.quick ? 1 : Number(flags.repeat);
const chosen = (flags.only ?? Object.keys(CONTENDERS).join(',')).split(',');
const workloads = WORKLOADS.filter(({ name }) => (flags.workloads ?? name).split(',').includes(name));

const cluster = await startTemporaryCluster({ settings: SETTINGS });
const postmaster = Number(readFileSync(join(cluster.dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
const measured = new Map<string, Measurement[]>();
const notRun = new Map<string, string>();
try {
  for (let round = 1; round <= repeat; round++) {
    for (const workload of workloads) {
      for (const name of chosen) {
        if (notRun.has(name) || notRun.has(`${name} ${workload.name}`)) continue;
        const what = `${round}/${repeat} ${workload.name}: ${name}`;
        process.stderr.write(color.dim(`${what}\n`));
        try {
          const { node: major } = await described(name);
          const setting = {
            serverUrl: cluster.url,
            postmaster,
            contender: name,
            workload: workload.name,
            size,
          };
          const one = await measure({ ...setting, node: nodeFor(major), size });
          if (!one) notRun.set(`${name} ${workload.name}`, 'it has nothing of the kind');
          else
            measured.set(key(name, workload.name), [...(measured.get(key(name, workload.name)) ?? []), one]);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          notRun.set(`${name} ${workload.name}`, why);
          process.stderr.write(color.red(`${what}: ${why}\n`));
        }
      }
    }
  }
} finally {
  await cluster.remove();
}

const tables: string[] = [];
const panels: Panel[] = [];
for (const workload of workloads) {
  const rows: Figures[] = [];
  for (const name of chosen) {
    const all = measured.get(key(name, workload.name));
    if (all) rows.push(figuresOf((await described(name)).name, workload, all));
  }
  if (rows.length > 0) panels.push({ workload, figures: rows });
  tables.push(table(workload, rows, 'Holdfast'));
}
const text = [machine(), await versions(), ...tables, missing()].join('\n');
console.log(text);
if (flags.out) {
  mkdirSync(flags.out, { recursive: true });
  writeFileSync(join(flags.out, 'benchmark.md'), text);
  writeFileSync(join(flags.out, 'benchmark.svg'), picture(panels, 'Holdfast'));
}

function key(contender: string, workload: string): string {
  return `${contender} ${workload}`;
}

/** A contender without its making: its module may need another Node. */
async function described(name: string): Promise<Pick<Contender, 'name' | 'package' | 'settings' | 'node'>> {
  return CONTENDERS[name]!();
}

function machine(): string {
  const [cpu] = cpus();
  return (
    `${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.version.slice(1)}; ` +
    `Postgres with ${Object.entries(SETTINGS)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')}; ` +
    `${repeat} repetitions in turn, medians.\n`
  );
}

async function versions(): Promise<string> {
  const lines = [];
  for (const name of chosen) {
    const one = await described(name);
    lines.push(
      `- ${one.name}${one.package ? ` ${versionOf(one.package)}` : ''}: ${one.settings}; Node ${one.node}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve(name);
  for (let dir = dirname(entry); dir !== '/'; dir = dirname(dir)) {
    try {
      const found = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === name) return found.version ?? '';
    } catch {
      // further up
    }
  }
  return '';
}

function missing(): string {
  const lines = [...notRun].map(([what, why]) => `- ${what}: ${why}`);
  return lines.length === 0 ? '' : `Not run:\n${lines.join('\n')}\n`;
}
