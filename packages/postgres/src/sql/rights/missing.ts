import { text } from '../cells.js';
import { quoteLiteral } from '../names.js';
import { statement } from '../statement.js';

/** A right that the present user should have and has not. */
export interface MissingRight {
  readonly user: string;
  /** Such as `insert on holdfast.runs`. */
  readonly right: string;
}

/**
 * Which of the rights in `wanted` (JSON rows of a kind of object, its name and a right) the user lacks. Names that lead
 * nowhere are passed over: what the tables are is another question.
 */
export const findMissingRights = statement<[wanted: string], MissingRight>(
  'find_missing_rights',
  (s) => `
with wanted as materialized (
  select w.kind, w.name, w.wanted, to_regclass(w.name) as oid
  from json_to_recordset($1::json) as w(kind text, name text, wanted text)
)
select current_user::text as user, w.wanted || ' on ' || w.name as missing
from wanted w
where w.oid is not null and not case w.kind
  when 'sequence' then has_sequence_privilege(w.oid, w.wanted) else has_table_privilege(w.oid, w.wanted) end
union all
select current_user::text, 'execute on ' || p.oid::regprocedure::text
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = ${quoteLiteral(s.name)} and not has_function_privilege(p.oid, 'execute')
order by 2`,
  (row) => ({ user: text(row['user']), right: text(row['missing']) }),
);
