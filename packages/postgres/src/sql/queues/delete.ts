import { number } from '../cells.js';
import type { Schema } from '../names.js';
import { statement } from '../statement.js';

/** Whether there is such a queue, and whether it was removed: not while runs of it have not ended or hold a slot. */
export interface QueueRemoval {
  readonly isKnown: boolean;
  readonly isRemoved: boolean;
}

/**
 * Removes a queue and what is remembered of its partitions.
 *
 * A run that is enqueued at the same moment finds a queue without limits, as one in a queue that nobody defined does.
 */
export const deleteQueue = statement<[name: string], QueueRemoval>(
  'delete_queue',
  (s) => `
with removed as (
  delete from ${s.queues} q where q.name = $1::text
    and not ${hasRuns(s, "r.in_line and r.started_at is null and r.state in ('pending', 'waiting')")}
    and not ${hasRuns(s, "r.in_line and r.started_at is not null and r.state in ('pending', 'waiting')")}
    and not ${hasRuns(s, "not r.in_line and not r.holds_slot and r.state in ('pending', 'waiting', 'paused')")}
    and not ${hasRuns(s, 'r.holds_slot')}
  returning q.name
),
forgotten as (
  delete from ${s.partitions} p where p.queue in (select d.name from removed d)
)
select (select count(*) from ${s.queues} q where q.name = $1::text)::int as known,
  (select count(*) from removed)::int as removed`,
  (row) => ({ isKnown: number(row['known']) > 0, isRemoved: number(row['removed']) > 0 }),
);

function hasRuns(s: Schema, which: string): string {
  return `exists (select from ${s.runs} r where r.queue = $1::text and ${which})`;
}
