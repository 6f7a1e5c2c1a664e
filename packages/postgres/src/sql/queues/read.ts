import type { QueueRecord } from '@holdfast/core/internal';
import { momentOrNull, number, text } from '../cells.js';
import { inMs } from '../fragments.js';
import { statement } from '../statement.js';
import { decodeLimits, LIMIT_COLUMNS } from './limits.js';
import { revisionOf } from './revision.js';

/**
 * All queues, or the one of this name, and how many of their runs have not ended. Runs are counted in indexes that hold none
 * that have ended.
 *
 * Those that are due and were delayed or parked stand in line only when the next claim has come by; they wait all the same.
 */
export const readQueues = statement<[name: string | null], QueueRecord>(
  'read_queues',
  (s) => `
select q.name, ${inMs('q.paused_at')} as paused_at, ${revisionOf('q')} as revision,
  ${LIMIT_COLUMNS.replace('partition_weights', 'q.partition_weights::text').replace('parked_hold_slots', 'q.parked_hold_slots::int')},
  n.fresh + n.begun + n.ripe as waiting, n.later - n.ripe as later, n.in_hands
from ${s.queues} q cross join lateral (
  select
    (select count(*) from ${s.runs} r where r.queue = q.name and r.in_line and r.started_at is null
       and r.state in ('pending', 'waiting'))::int as fresh,
    (select count(*) from ${s.runs} r where r.queue = q.name and r.in_line and r.started_at is not null
       and r.state in ('pending', 'waiting'))::int as begun,
    (select count(*) from ${s.runs} r where r.queue = q.name and not r.in_line and not r.holds_slot
       and r.state in ('pending', 'waiting') and r.wake_at <= clock_timestamp())::int as ripe,
    (select count(*) from ${s.runs} r where r.queue = q.name and not r.in_line and not r.holds_slot
       and r.state in ('pending', 'waiting', 'paused'))::int as later,
    (select count(*) from ${s.runs} r where r.queue = q.name and r.holds_slot)::int as in_hands
) n
where $1::text is null or q.name = $1::text
order by q.name`,
  (row) => ({
    name: text(row['name']),
    limits: decodeLimits(row),
    pausedAtMs: momentOrNull(row['paused_at']),
    revision: text(row['revision']),
    waiting: number(row['waiting']),
    later: number(row['later']),
    inHands: number(row['in_hands']),
  }),
);
