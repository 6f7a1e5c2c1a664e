import { number } from '../cells.js';
import { installationId } from '../migrations/level.js';
import { statement } from '../statement.js';

// These run through other libraries, in transactions that are not ours. So every parameter stands in the text once, in
// order, and with its type; results are text and whole numbers; and there are no question marks, which one library
// takes for parameters.

/** Whether there are tables of ours, and they may be read. Never raises: that would end the user's transaction. */
export const readPresence = statement<[schema: string], number>(
  'read_presence',
  () => `
select count(*)::int as present
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1::text and c.relname = 'migrations'
  and case when has_schema_privilege(n.oid, 'usage') then has_table_privilege(c.oid, 'select') else false end`,
  (row) => number(row['present']),
);

/** Whether those tables are the ones with this installation id. */
export const readIsInstallation = statement<[installationId: string], number>(
  'read_is_installation',
  (s) => `
select count(*)::int as same from ${s.migrations} m
where ${installationId('m.installation_id::text')} = $1::text`,
  (row) => number(row['same']),
);
