import { schemaNamed } from '../sql/names.js';
import { MIGRATIONS } from './all.js';
import { migrationText } from './text.js';

/**
 * The SQL that makes all of Holdfast's tables in an empty database, for those who apply it by other means. With `from`,
 * only what comes after that version.
 *
 * @example writeFileSync('holdfast.sql', migrationSql());
 */
export function migrationSql(options: { readonly schema?: string; readonly from?: number } = {}): string {
  const s = schemaNamed(options.schema ?? 'holdfast');
  const wanted = MIGRATIONS.filter((migration) => migration.version > (options.from ?? 0));
  const texts = wanted.map(
    (migration) => `-- ${migration.version}: ${migration.name}\n${migrationText(s, migration)}`,
  );
  return ['begin;', `create schema if not exists ${s.quoted};`, ...texts, 'commit;', ''].join('\n\n');
}
