import type { RunState } from '@holdfast/core/internal';
import { number, numberOrNull, text, textOrNull } from '../cells.js';
import { deduplicationScope, holdsDeduplicationKey } from '../deduplication.js';
import { statement } from '../statement.js';

/** Where a run, and one of its calls, stand: what decides why an entry was not written. */
export interface Standing {
  readonly at: number;
  readonly run: {
    readonly key: string;
    readonly state: RunState;
    readonly epoch: number;
    readonly signals: number;
  } | null;
  /** The call of the entry, if it is a step and there is one. */
  readonly step: { readonly epoch: number; readonly ordinal: number | null } | null;
  /** Whether the run that starts it was cancelled, if it is a start that hangs on one. */
  readonly isOrphan: boolean;
  /** Whether somebody may wait for something of the run that it shows or ends, if it does. */
  readonly isAwaited: boolean;
  /** Whether the run has had the message of the entry, if it is one with a key. */
  readonly hasMessage: boolean;
  /** The run that has the deduplication key of the entry, if it is a start with one. */
  readonly holder: { readonly runId: string; readonly workflow: string } | null;
}

/**
 * Looks at the runs of entries that were not plainly written. A second statement, as the first one's snapshot may be
 * older than what stood in its way.
 */
export const readStanding = statement<[entries: string], Standing>(
  'read_standing',
  (s) => `
select e.at, r.key::text as key, r.state, r.epoch, r.signals, c.epoch as step_epoch, c.ordinal as step_ordinal,
  (m.id is not null)::int as has_message, h.id as holder_id, h.workflow as holder_workflow,
  coalesce(p.is_cancelled, false)::int as is_orphan, coalesce(t.awaited, 0) as awaited
from json_to_recordset($1::json) as e(
  at int, run_id text, seq int, target text, message_key text, workflow text, queue text, deduplication_key text,
  deduplication_scope text, parent_id text)
left join lateral (select * from ${s.runs} r where r.id = e.run_id offset 0) r on true
left join lateral (select * from ${s.steps} c where c.run_id = e.run_id and c.seq = e.seq offset 0) c on true
left join lateral (select m.id from ${s.messages} m where m.run_id = e.target and m.key = e.message_key limit 1) m on true
left join lateral (
  select t.awaited from ${s.runs} t where t.id = coalesce(e.target, e.run_id) offset 0
) t on true
left join lateral (
  select p.state = 'cancelled' or p.is_unwinding as is_cancelled from ${s.runs} p where p.id = e.parent_id offset 0
) p on true
left join lateral (
  select h.id, h.workflow from ${s.runs} h
  where ${deduplicationScope('h')} = ${deduplicationScope('e')}
    and h.deduplication_key = e.deduplication_key and ${holdsDeduplicationKey('h')} offset 0
) h on true`,
  (row) => ({
    at: number(row['at']),
    run:
      textOrNull(row['key']) === null
        ? null
        : {
            key: text(row['key']),
            state: text(row['state']) as RunState,
            epoch: number(row['epoch']),
            signals: number(row['signals']),
          },
    step:
      row['step_epoch'] === null
        ? null
        : { epoch: number(row['step_epoch']), ordinal: numberOrNull(row['step_ordinal']) },
    isOrphan: number(row['is_orphan']) > 0,
    isAwaited: number(row['awaited']) > 0,
    hasMessage: number(row['has_message']) > 0,
    holder:
      textOrNull(row['holder_id']) === null
        ? null
        : { runId: text(row['holder_id']), workflow: text(row['holder_workflow']) },
  }),
);
