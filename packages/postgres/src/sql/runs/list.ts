import type { ListedRun, RunPageRequest, RunPosition } from '@holdfast/core/internal';
import { text } from '../cells.js';
import type { Schema } from '../names.js';
import { type Statement, unprepared, type Value } from '../statement.js';
import { type Branch, branches, conditions, Parameters } from './criteria.js';
import { decodeListedRun, selectListedRun, selectPayloads } from './run-record.js';

/** A run of a list, and its place in it. */
export interface ListRow {
  readonly run: ListedRun;
  readonly position: RunPosition;
}

/**
 * Makes the statement of one question: runs that match, in the order in which they were recorded, and one more than are
 * wanted if there are more.
 *
 * Made anew each time and not prepared, so that the planner sees what is asked for: which index serves depends on it.
 * First the ids are found, in as many searches as there are branches; only those that are wanted are then read whole.
 */
export function listRuns(
  s: Schema,
  request: RunPageRequest,
): { readonly statement: Statement<readonly Value[], ListRow>; readonly values: readonly Value[] } {
  const given = new Parameters();
  const made = listText(s, request, given);
  return { statement: unprepared('list_runs', made, decodeRow), values: given.values };
}

function listText(s: Schema, request: RunPageRequest, given: Parameters): string {
  const { criteria, order, withPayloads } = request;
  const direction = order === 'oldest' ? 'asc' : 'desc';
  const limit = given.add(request.limit + 1, 'int');
  const search = (branch: Branch): string => {
    const where = [...conditions(criteria, branch, given), ...beyond(request, given)];
    return `
  (select r.id, r.created_at from ${s.runs} r
   where ${where.length === 0 ? 'true' : where.join('\n     and ')}
   order by r.created_at ${direction}, r.id ${direction}
   limit ${limit})`;
  };
  return `
with found as materialized (
  select u.id, u.created_at from (${branches(criteria).map(search).join('\n  union all')}
  ) u
  order by u.created_at ${direction}, u.id ${direction}
  limit ${limit}
)
select (extract(epoch from f.created_at) * 1000000)::bigint::text as created_at_micros,${selectListedRun}${
    withPayloads ? `,${selectPayloads}` : ''
  }
from found f cross join lateral (select * from ${s.runs} r where r.id = f.id offset 0) r
order by f.created_at ${direction}, f.id ${direction}`;
}

/** What comes after the part before. */
function beyond({ after, order }: RunPageRequest, given: Parameters): readonly string[] {
  if (after === null) return [];
  const at = `timestamptz 'epoch' + ${given.add(after.createdAtMicros, 'text')}::bigint * interval '1 microsecond'`;
  const sign = order === 'oldest' ? '>' : '<';
  return [`(r.created_at, r.id) ${sign} (${at}, ${given.add(after.id, 'text')})`];
}

function decodeRow(row: Readonly<Record<string, unknown>>): ListRow {
  const run = decodeListedRun(row);
  return { run, position: { createdAtMicros: text(row['created_at_micros']), id: run.id } };
}
