import { number } from '../cells.js';
import { statement } from '../statement.js';

/** What there is of a schema: 0 for nothing, 1 for the schema alone, 2 for the table of migrations too. */
export const readExistence = statement<[schema: string], number>(
  'read_existence',
  () => `
select (select count(*) from pg_catalog.pg_namespace n where n.nspname = $1::text)::int
  + (select count(*) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1::text and c.relname = 'migrations')::int as existence`,
  (row) => number(row['existence']),
);
