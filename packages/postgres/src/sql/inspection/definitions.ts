import { text } from '../cells.js';
import { statement } from '../statement.js';

/** What something in a schema is, in words that two servers of one version share. */
export interface Definition {
  readonly kind: 'table' | 'column' | 'index' | 'constraint' | 'function' | 'sequence' | 'statistics';
  /** Of a column or a constraint, with its table before it. */
  readonly name: string;
  readonly text: string;
}

/**
 * What is in a schema, except what hangs on something else that is here: the index of a constraint, the sequence of a column. The names
 * of constraints that say not null are left out, as some versions have them and others do not; that a column says so is part of it.
 *
 * The server qualifies names by the schema as it sees fit, so the schema is taken out of what it writes.
 */
export const readDefinitions = statement<[schema: string], Definition>(
  'read_definitions',
  () => `
with schema as materialized (
  select n.oid, quote_ident(n.nspname) || '.' as prefix from pg_catalog.pg_namespace n where n.nspname = $1::text
),
tables as materialized (
  select c.oid, c.relname, c.relkind, c.relpersistence, c.reloptions, s.prefix
  from pg_catalog.pg_class c join schema s on c.relnamespace = s.oid where c.relkind in ('r', 'p')
),
found as (
  select 'table' as kind, t.relname::text as name,
    concat_ws(' ', t.relkind, t.relpersistence, array_to_string(t.reloptions, ', ')) as text
  from tables t
  union all
  select 'column', t.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    'collate ' || nullif(l.collname, 'default'), case when a.attnotnull then 'not null' end,
    case a.attgenerated when '' then 'default ' else 'generated as ' end || replace(pg_get_expr(d.adbin, d.adrelid), t.prefix, ''),
    nullif(a.attidentity::text, ''))
  from tables t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
  left join pg_catalog.pg_collation l on l.oid = a.attcollation
  union all
  select 'constraint', t.relname || '.' || o.conname, replace(pg_get_constraintdef(o.oid), t.prefix, '')
  from tables t join pg_catalog.pg_constraint o on o.conrelid = t.oid and o.contype <> 'n'
  union all
  select 'index', i.relname, replace(pg_get_indexdef(x.indexrelid), t.prefix, '') || case when x.indisvalid then '' else ' INVALID' end
  from tables t join pg_catalog.pg_index x on x.indrelid = t.oid join pg_catalog.pg_class i on i.oid = x.indexrelid
  where not exists (select from pg_catalog.pg_constraint o where o.conindid = x.indexrelid and o.contype in ('p', 'u', 'x'))
  union all
  select 'function', p.proname || '(' || replace(pg_get_function_identity_arguments(p.oid), s.prefix, '') || ')',
    concat_ws(' ', replace(pg_get_function_result(p.oid), s.prefix, ''), l.lanname, p.provolatile, p.proparallel,
      case when p.proisstrict then 'strict' end, case when p.prosecdef then 'security definer' end,
      array_to_string(p.proconfig, ', '), p.prosrc)
  from schema s join pg_catalog.pg_proc p on p.pronamespace = s.oid join pg_catalog.pg_language l on l.oid = p.prolang
  union all
  select 'sequence', c.relname, concat_ws(' ', format_type(q.seqtypid, null), q.seqincrement, q.seqmin, q.seqmax, q.seqcache)
  from schema s join pg_catalog.pg_class c on c.relnamespace = s.oid join pg_catalog.pg_sequence q on q.seqrelid = c.oid
  where not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'i')
  union all
  select 'statistics', e.stxname, replace(pg_get_statisticsobjdef(e.oid), s.prefix, '')
  from schema s join pg_catalog.pg_statistic_ext e on e.stxnamespace = s.oid
)
select kind, name, text from found order by kind, name collate "C"`,
  (row) => ({
    kind: text(row['kind']) as Definition['kind'],
    name: text(row['name']),
    text: text(row['text']),
  }),
);
