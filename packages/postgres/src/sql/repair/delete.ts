import { text } from '../cells.js';
import { ENDED_STATES } from '../fragments.js';
import { remains } from '../runs/remains.js';
import { statement } from '../statement.js';
import { tally } from '../tallies/tally.js';

/**
 * Deletes runs that have ended, with all that is kept of them. One whose code still runs and keeps its slot stays.
 *
 * HAZARD: `for update`, sorted by id: a write that is under way is waited for, so that it leaves nothing behind.
 */
export const deleteRuns = statement<[runIds: string], string>(
  'delete_runs',
  (s) => `
with given as materialized (
  select distinct i.id from json_array_elements_text($1::text::json) as i(id) order by i.id
),
chosen as materialized (
  select r.id, 1 as one from given g cross join lateral (
    select r.id from ${s.runs} r
    where r.id = g.id and r.state in ${ENDED_STATES} and not r.holds_slot
    for update of r
  ) r
),
deleted as (
  delete from ${s.runs} r using chosen c where r.id = c.id and c.one = 1
  returning r.id, r.workflow, r.queue, r.state
),${tally(s, { as: 'tallied', from: 'deleted', times: -1 })},${remains(s, 'chosen')}
select d.id from deleted d`,
  (row) => text(row['id']),
);
