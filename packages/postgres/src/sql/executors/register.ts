import type { Renewal } from '@holdfast/core/internal';
import { msInterval } from '../fragments.js';
import { statement } from '../statement.js';
import { holders } from './holders.js';
import { decodeRenewal, selectRenewal } from './renewal.js';

/**
 * Records an executor and its first lease, and forgets those that stopped more than a day ago. One that still holds a
 * run is kept: its row is how a burial finds that run.
 */
export const registerExecutor = statement<
  [
    id: string,
    lockKey: string,
    host: string,
    pid: number,
    leaseMs: number,
    attends: number,
    serves: string | null,
  ],
  Renewal
>(
  'register_executor',
  (s) => `
with recursive forgotten as (
  delete from ${s.executors} x
  where x.stopped_at < clock_timestamp() - interval '1 day'
    and not exists (select from ${s.runs} r where r.held_by = x.id)
),
mine as (
  insert into ${s.executors} as known (id, lock_key, host, pid, started_at, lease_until, attended_at, serves)
  values ($1::text, $2::text::bigint, $3::text, $4::int, clock_timestamp(),
    clock_timestamp() + ${msInterval('$5::float8')}, case when $6::int = 1 then clock_timestamp() end,
    $7::text::json)
  on conflict (id) do update set lease_until = excluded.lease_until where known.stopped_at is null
  returning id
),${holders(s)}${selectRenewal(s, '$1::text')}`,
  decodeRenewal,
);
