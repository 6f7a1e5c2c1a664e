import type { ClientBase } from 'pg';

const MADE = `
select 'function ' || p.oid::regprocedure as name, md5(p.prosrc) as made from pg_proc p
where p.pronamespace = 'holdfast'::regnamespace
union all
select 'index ' || i.indexname, i.indexdef from pg_indexes i where i.schemaname = 'holdfast'
union all
select 'statistics ' || x.stxname, pg_get_statisticsobjdef(x.oid) from pg_statistic_ext x
union all
select 'column ' || c.table_name || '.' || c.column_name, c.data_type from information_schema.columns c
where c.table_schema = 'holdfast'`;

/** What of Holdfast's schema is otherwise in one database than in another, by name. */
export async function differences(one: ClientBase, other: ClientBase): Promise<readonly string[]> {
  const [left, right] = await Promise.all([made(one), made(other)]);
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
}

async function made(client: ClientBase): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; made: string }>(MADE);
  return new Map(rows.map((row) => [row.name, row.made]));
}
