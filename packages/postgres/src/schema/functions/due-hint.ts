import { quoteLiteral, type Schema } from '../../sql/names.js';
import { nextHint } from './line-hint.js';

/**
 * What the next claim may know of runs without a queue: up to which moment none is due any more (`r`), as of those that have
 * left their index it is not vacuumed while any transaction is open. `seen` are those that were due, and `oldest` the moment
 * of the first of them. See {@link lineHint}: the same rules say when it moves, and when all is looked at.
 */
export function dueHint(s: Schema): string {
  return `
create or replace function ${s.quoted}.due_hint(known jsonb, is_whole boolean, seen int, oldest timestamptz) returns jsonb
language plpgsql volatile
as $holdfast$
declare
  of_queue text := '';
  passed bigint := pg_stat_get_xact_tuples_returned(${quoteLiteral(`${s.quoted}.runs_due`)}::regclass) - seen;
begin
  known := ${nextHint(s, { passed: 'passed', taken: "'[]'", isRipe: 'true', changes: 'null' })};
  return known || jsonb_strip_nulls(jsonb_build_object(
    'r', least((known ->> 'r')::float8, extract(epoch from oldest) * 1000 - 1)));
end
$holdfast$;`;
}
