import { migrate } from '@holdfast/postgres';
import pg from 'pg';
import { type Measurement, measure } from '../measure/measurement.js';
import { median, spread } from '../measure/statistics.js';
import type { Study } from './study.js';

/** Indexes for looking at runs: those that there are, and those that there might be. */
const VARIANTS: Readonly<Record<string, string>> = {
  'as it is': '',
  'without runs_by_workflow': 'drop index holdfast.runs_by_workflow',
  'without runs_by_version': 'drop index holdfast.runs_by_version',
  'without runs_ended_in_queue': 'drop index holdfast.runs_ended_in_queue',
  'with ids in runs_created and runs_completed': `
    drop index holdfast.runs_created, holdfast.runs_completed;
    create index runs_created on holdfast.runs (created_at, id);
    create index runs_completed on holdfast.runs (completed_at, id) where completed_at is not null`,
  'and one by executor': `create index on holdfast.runs ((executor_id || ''), created_at)`,
};
const WORKLOADS = ['steps', 'queue'] as const;
const ROUNDS = 3;

/** What an index more or less costs: bytes of log and CPU, which the noise of a machine does not hide. */
export const indexes: Study = {
  name: 'indexes',
  title: 'What an index on runs costs',
  isLong: true,
  async run({ serverUrl, postmaster, isQuick, say }) {
    const rows: string[][] = [];
    for (const workload of WORKLOADS) {
      const taken = new Map<string, Measurement[]>();
      for (let round = 1; round <= (isQuick ? 1 : ROUNDS); round++) {
        for (const [variant, ddl] of Object.entries(VARIANTS)) {
          say(`${workload}, round ${round}: ${variant}`);
          const one = await measure({
            ...{ serverUrl, postmaster, workload, contender: 'holdfast' },
            node: process.execPath,
            size: isQuick ? 'quick' : 'whole',
            prepare: (url) => altered(url, ddl),
          });
          taken.set(variant, [...(taken.get(variant) ?? []), one!]);
        }
      }
      for (const [variant, all] of taken) rows.push([workload, variant, ...costs(all)]);
    }
    return {
      columns: ['workload', 'indexes', 'units/s', 'WAL bytes/unit', 'CPU µs/unit, server', 'client'],
      rows,
      verdicts: [`Medians of ${isQuick ? 1 : ROUNDS} rounds in turn, ± half the range.`],
    };
  },
};

function costs(all: readonly Measurement[]): readonly string[] {
  const shown = (of: (one: Measurement) => number, digits: number): string => {
    const values = all.map(of);
    return `${median(values).toFixed(digits)} ± ${Math.round(spread(values) * 100)} %`;
  };
  return [
    shown(({ units, tookMs }) => units / (tookMs / 1000), 0),
    shown(({ walBytes, units }) => walBytes / units, 0),
    shown(({ cpuMs, units }) => (cpuMs.server * 1000) / units, 1),
    shown(({ cpuMs, units }) => (cpuMs.client * 1000) / units, 1),
  ];
}

async function altered(url: string, ddl: string): Promise<void> {
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(ddl);
  await client.end();
}
