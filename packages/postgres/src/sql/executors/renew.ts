import type { Renewal } from '@holdfast/core/internal';
import { msInterval } from '../fragments.js';
import { statement } from '../statement.js';
import { holders } from './holders.js';
import { decodeRenewal, selectRenewal } from './renewal.js';

/** Prolongs an executor's lease, unless it was declared dead. */
export const renewExecutor = statement<[id: string, leaseMs: number], Renewal>(
  'renew_executor',
  (s) => `
with recursive mine as (
  update ${s.executors} x set lease_until = clock_timestamp() + ${msInterval('$2::float8')}
  where x.id = $1::text and x.stopped_at is null
  returning x.id
),${holders(s)}${selectRenewal(s, '$1::text')}`,
  decodeRenewal,
);
