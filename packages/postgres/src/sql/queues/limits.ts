import type { QueueLimits } from '@holdfast/core/internal';
import { number, numberOrNull } from '../cells.js';
import type { Row } from '../statement.js';

/** A queue's limits as a statement takes them: a row of a JSON list, see {@link LIMIT_COLUMNS}. */
export function limitColumns(limits: QueueLimits): Readonly<Record<string, unknown>> {
  return {
    concurrency: limits.concurrency,
    worker_concurrency: limits.workerConcurrency,
    rate_limit: limits.rate?.limit ?? null,
    rate_per_ms: limits.rate?.perMs ?? null,
    partition_concurrency: limits.partitionConcurrency,
    partition_rate_limit: limits.partitionRate?.limit ?? null,
    partition_rate_per_ms: limits.partitionRate?.perMs ?? null,
    partition_weights: Object.keys(limits.weights).length > 0 ? limits.weights : null,
    parked_hold_slots: limits.parkedHoldSlots,
  };
}

const TYPES = {
  concurrency: 'int',
  worker_concurrency: 'int',
  rate_limit: 'int',
  rate_per_ms: 'float8',
  partition_concurrency: 'int',
  partition_rate_limit: 'int',
  partition_rate_per_ms: 'float8',
  partition_weights: 'jsonb',
  parked_hold_slots: 'boolean',
};

export const LIMIT_COLUMNS = Object.keys(TYPES).join(', ');

/** The columns with their types, for a list of rows in JSON. */
export const LIMIT_TYPES = Object.entries(TYPES)
  .map(([column, type]) => `${column} ${type}`)
  .join(', ');

/** Sets each column to that of the row that could not be inserted. */
export const SET_LIMITS = Object.keys(TYPES)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

export function decodeLimits(row: Row): QueueLimits {
  return {
    concurrency: numberOrNull(row['concurrency']),
    workerConcurrency: numberOrNull(row['worker_concurrency']),
    rate: rate(row['rate_limit'], row['rate_per_ms']),
    partitionConcurrency: numberOrNull(row['partition_concurrency']),
    partitionRate: rate(row['partition_rate_limit'], row['partition_rate_per_ms']),
    weights: JSON.parse((row['partition_weights'] as string | null) ?? '{}') as Record<string, number>,
    parkedHoldSlots: number(row['parked_hold_slots']) > 0,
  };
}

function rate(limit: unknown, perMs: unknown): QueueLimits['rate'] {
  return limit === null ? null : { limit: number(limit), perMs: number(perMs) };
}
