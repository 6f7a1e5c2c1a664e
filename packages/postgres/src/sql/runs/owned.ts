import type { OwnedRun } from '@holdfast/core/internal';
import { statement } from '../statement.js';
import { decodeOwnedRun, selectOwnedRun } from './owned-run.js';

/** All runs in one executor's hands. Not those that were cancelled, though their code may run on. */
export const listOwnedRuns = statement<[executorId: string], OwnedRun>(
  'list_owned_runs',
  (s) => `
select ${selectOwnedRun('o.')} from (
  select r.*, coalesce(q.parked_hold_slots, false) as keeps_slot,
    coalesce(q.concurrency, q.worker_concurrency, q.partition_concurrency) is not null as is_slot_scarce
  from ${s.runs} r left join ${s.queues} q on q.name = r.queue
  where r.held_by = $1::text and r.state = 'running'
) o`,
  decodeOwnedRun,
);
