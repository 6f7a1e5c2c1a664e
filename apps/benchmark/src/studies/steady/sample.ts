import type { ClientBase } from 'pg';
import { quantile } from '../../measure/statistics.js';
import type { LoadReport } from './load-report.js';

/** Percentiles, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A table as the server sees it. */
export interface TableSize {
  readonly table: string;
  readonly live: number;
  readonly dead: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

/** One minute of a steady load. */
export interface Sample {
  readonly minute: number;
  /** Whether a transaction was held open elsewhere. */
  readonly isHeld: boolean;
  readonly started: number;
  readonly failures: number;
  readonly complaints: readonly string[];
  readonly rss: number;
  readonly heapUsed: number;
  readonly clientCpuMs: number;
  readonly runs: Latency;
  readonly waits: Latency;
  readonly tables: readonly TableSize[];
}

export function sampleOf(
  at: { readonly minute: number; readonly isHeld: boolean },
  report: LoadReport,
  tables: readonly TableSize[],
): Sample {
  const { started, failures, complaints, rss, heapUsed, cpuMs } = report;
  return {
    ...at,
    ...{ started, failures, rss, heapUsed, clientCpuMs: cpuMs, tables },
    complaints: complaints.slice(0, 20),
    runs: latencyOf(report.runsMs),
    waits: latencyOf(report.waitsMs),
  };
}

function latencyOf(values: readonly number[]): Latency {
  return { p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
}

/** All tables of Holdfast. */
export async function readTables(client: ClientBase): Promise<readonly TableSize[]> {
  const { rows } = await client.query<TableSize>(`
    select relname as table, n_live_tup::float8 as live, n_dead_tup::float8 as dead,
      pg_table_size(relid)::float8 as "tableBytes", pg_indexes_size(relid)::float8 as "indexBytes"
    from pg_stat_user_tables where schemaname = 'holdfast' order by relname`);
  return rows;
}
