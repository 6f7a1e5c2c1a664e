import { quoteLiteral, type Schema } from '../sql/names.js';
import type { Migration } from './migration.js';

/** All statements that bring the tables from the version before to this one, and note that they did. */
export function migrationText(s: Schema, migration: Migration): string {
  const id = migration.version === 1 ? 'gen_random_uuid()' : 'null';
  const { version, name, compatibleFrom = version } = migration;
  return `${migration.text(s)}

insert into ${s.migrations} (version, name, compatible_from, installation_id)
values (${version}, ${quoteLiteral(name)}, ${compatibleFrom}, ${id});`;
}

export function createSchemaText(s: Schema): string {
  return `create schema ${s.quoted};`;
}
