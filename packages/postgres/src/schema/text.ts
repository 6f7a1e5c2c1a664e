import { quoteLiteral, type Schema } from '../sql/names.js';
import type { Migration } from './migration.js';

/** All statements that bring the tables from the version before to this one, and note that they did. */
export function migrationText(s: Schema, migration: Migration): string {
  const id = migration.version === 1 ? 'gen_random_uuid()' : 'null';
  return `${migration.text(s)}

insert into ${s.migrations} (version, name, installation_id)
values (${migration.version}, ${quoteLiteral(migration.name)}, ${id});`;
}

export function createSchemaText(s: Schema): string {
  return `create schema ${s.quoted};`;
}
