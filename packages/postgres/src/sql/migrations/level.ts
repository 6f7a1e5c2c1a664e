import { number, textOrNull } from '../cells.js';
import { statement } from '../statement.js';

/** How far the schema is migrated, and which installation it is. */
export interface SchemaLevel {
  readonly version: number;
  /** The oldest version whose code can work with them. */
  readonly compatibleFrom: number;
  readonly installationId: string | null;
  readonly serverVersion: number;
}

/**
 * The installation id names the tables and the database they are in: a copy of a database has the same first half.
 * Raises undefined_table where there is no schema yet.
 */
export const readLevel = statement<[], SchemaLevel>(
  'read_level',
  (s) => `
select coalesce(max(m.version), 0) as version, coalesce(max(m.compatible_from), 0) as compatible_from,
  ${installationId('min(m.installation_id::text)')} as installation_id,
  current_setting('server_version_num')::int as server_version
from ${s.migrations} m`,
  (row) => ({
    version: number(row['version']),
    compatibleFrom: number(row['compatible_from']),
    installationId: textOrNull(row['installation_id']),
    serverVersion: number(row['server_version']),
  }),
);

/** The installation id as others see it. */
export function installationId(id: string): string {
  return `(${id} || '/' || (select d.oid::text from pg_catalog.pg_database d where d.datname = current_database()))`;
}
