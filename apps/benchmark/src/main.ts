// `npm run bench -- [--quick] [--repeat N] [--only a,b] [--workloads steps,queue] [--studies a,b] [--minutes N] [--out FOLDER]`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startTemporaryCluster } from '@holdfast/postgres/internal';
import color from 'picocolors';
import { type Compared, compare, described } from './compare.js';
import { CONTENDERS } from './contenders/index.js';
import { picture } from './report/picture.js';
import { table } from './report/table.js';
import { STUDIES } from './studies/index.js';
import { findingsText, type Ground, type Mark, type Study } from './studies/study.js';
import { WORKLOADS } from './workloads.js';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    repeat: { type: 'string', default: '3' },
    only: { type: 'string' },
    workloads: { type: 'string' },
    studies: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    'scale-dir': { type: 'string', default: '/tmp/holdfast-scale' },
    out: { type: 'string' },
  },
});
const SETTINGS = { synchronous_commit: 'on', fsync: 'on', max_connections: '200', shared_buffers: '256MB' };
const repeat = flags.quick ? 1 : Number(flags.repeat);
const wanted = (names: string | undefined): readonly string[] => names?.split(',') ?? [];
const chosen = flags.only ? wanted(flags.only) : Object.keys(CONTENDERS);
// Whoever asks for studies gets them alone: then --workloads says what they measure, if that can be chosen.
const named = WORKLOADS.filter(({ name }) => !flags.workloads || wanted(flags.workloads).includes(name));
const workloads = flags.studies ? [] : named;
// An hour's work is done only for who asks for it.
const studies = STUDIES.filter(({ name, isLong }) =>
  flags.studies ? wanted(flags.studies).includes(name) : !flags.workloads && !flags.only && !isLong,
);

const cluster = await startTemporaryCluster({ settings: SETTINGS });
const texts: string[] = [];
const marks: Mark[] = [];
let compared: Compared = { panels: [], notRun: new Map() };
try {
  const [first] = readFileSync(join(cluster.dir, 'data', 'postmaster.pid'), 'utf8').split('\n');
  const server = { serverUrl: cluster.url, postmaster: Number(first) };
  compared = await compare({
    ...server,
    ...{ chosen, workloads, repeat, size: flags.quick ? 'quick' : 'whole' },
  });
  for (const study of studies) {
    const found = await findingsOf(study, groundFor(study, server));
    texts.push(found.text);
    marks.push(...found.marks);
  }
} finally {
  await cluster.remove();
}

const { panels, notRun } = compared;
const tables = panels.map(({ workload, figures }) => table(workload, figures, 'Holdfast'));
const text = [machine(), await versions(), ...tables, ...texts, missing()].join('\n');
console.log(text);
if (flags.out) {
  mkdirSync(flags.out, { recursive: true });
  const name = workloads.length > 0 ? 'benchmark' : studies.map((study) => study.name).join('-');
  writeFileSync(join(flags.out, `${name}.md`), text);
  if (panels.length + marks.length > 0)
    writeFileSync(join(flags.out, `${name}.svg`), picture(panels, marks, 'Holdfast'));
}

function groundFor(study: Study, server: Pick<Ground, 'serverUrl' | 'postmaster'>): Ground {
  const say = (what: string): void => void process.stderr.write(color.dim(`${study.name}: ${what}\n`));
  const out = flags.out ?? join(tmpdir(), 'holdfast-benchmark');
  return {
    ...{ ...server, say, out, isQuick: flags.quick, minutes: Number(flags.minutes) },
    scaleDir: flags['scale-dir'],
    workloads: named,
  };
}

async function findingsOf(
  study: Study,
  ground: Ground,
): Promise<{ readonly text: string; readonly marks: readonly Mark[] }> {
  try {
    const findings = await study.run(ground);
    return { text: findingsText(study, findings), marks: findings.marks ?? [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    ground.say(color.red(why));
    return { text: `### ${study.title}\n\nNot finished: ${why}\n`, marks: [] };
  }
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
  if (workloads.length === 0) return '';
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
