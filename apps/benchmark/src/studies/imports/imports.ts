import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFor } from '../../measure/node.js';
import { median } from '../../measure/statistics.js';
import type { Study } from '../study.js';
import { installed } from './installed.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const TIMES = 20;
const MOST_MS = 50;

const OURS = '@holdfast/core';
/** Each package, and the optional peers that it needs to work on Postgres. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  [OURS]: [],
  '@holdfast/postgres': [],
  '@dbos-inc/dbos-sdk': [],
  'absurd-sdk': [],
  openworkflow: ['postgres'],
  'graphile-worker': [],
  'pg-boss': [],
};

const WAYS = {
  import: (name: string) => `await import('${name}')`,
  require: (name: string) => `require('${name}')`,
} as const;

type Way = keyof typeof WAYS;

interface Took {
  readonly ms: number;
  /** Of that, what the processor was busy with. */
  readonly cpuMs: number;
}

/** What it takes to have it: the time of an import in a fresh process, and the size of what is installed. */
export const imports: Study = {
  name: 'imports',
  title: 'An import in a fresh process, and what is installed for it',
  isLong: false,
  run: async ({ isQuick, say }) => {
    const found = new Map<string, Took[]>();
    const times = isQuick ? 3 : TIMES;
    for (let time = 1; time <= times; time++) {
      say(`round ${time}`);
      for (const name of Object.keys(PACKAGES)) {
        for (const way of Object.keys(WAYS) as Way[]) {
          found.set(name + way, [...(found.get(name + way) ?? []), imported(way, name)]);
        }
      }
    }
    const took = (name: string, way: string, of: keyof Took): number =>
      median(found.get(name + way)!.map((one) => one[of]));
    const slowest = Math.max(...Object.keys(WAYS).map((way) => took(OURS, way, 'ms')));
    return {
      columns: ['', 'import, ms', 'of CPU', 'require, ms', 'of CPU', 'packages', 'installed, MB'],
      rows: Object.entries(PACKAGES).map(([name, peers]) => {
        const { packages, bytes } = installed(name, HERE, peers);
        const shown = Object.keys(WAYS).flatMap((way) => [took(name, way, 'ms'), took(name, way, 'cpuMs')]);
        return [name, ...shown.map((ms) => ms.toFixed(0)), String(packages), (bytes / 1e6).toFixed(1)];
      }),
      marks: [{ name: `import of ${OURS}`, value: slowest, most: MOST_MS, unit: 'ms' }],
      verdicts: [
        `${OURS} is there ${slowest < MOST_MS ? 'in less' : 'after more'} than ${MOST_MS} ms; medians of ${times} in turn.`,
        'Installed is what lies on the disk: with dependencies, and with source maps where they come along.',
      ],
    };
  },
};

function imported(way: Way, name: string): Took {
  const text = `const cpu = process.cpuUsage(), began = performance.now();
    ${WAYS[way](name)};
    const ms = performance.now() - began, { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }));
    process.exit(0)`;
  const type = way === 'import' ? 'module' : 'commonjs';
  const { stdout, stderr, status } = spawnSync(nodeFor(24), [`--input-type=${type}`, '-e', text], {
    cwd: HERE,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} cannot be had by ${way}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Took;
}
