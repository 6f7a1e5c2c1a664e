import type { RunState, RunStatus } from '@holdfast/core/internal';
import { payloadOrNull, text, textOrNull } from '../cells.js';
import { statement } from '../statement.js';

/** How far runs have come. */
export const readStatuses = statement<[runIds: string], RunStatus>(
  'read_statuses',
  (s) => `
select r.id, r.workflow, r.state, r.executor_id, r.output::text as output, r.output_extra::text as output_extra,
  r.error::text as error, r.error_extra::text as error_extra
from (select distinct i.id from json_array_elements_text($1::json) as i(id)) g
cross join lateral (select * from ${s.runs} r where r.id = g.id offset 0) r`,
  (row) => ({
    id: text(row['id']),
    workflow: text(row['workflow']),
    state: text(row['state']) as RunState,
    executorId: textOrNull(row['executor_id']),
    output: payloadOrNull(row['output'], row['output_extra']),
    error: payloadOrNull(row['error'], row['error_extra']),
  }),
);
