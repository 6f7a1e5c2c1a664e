export { type MigrateOptions, migrate } from './migrate.js';
export { type PGliteOptions, pglite } from './pglite/pglite.js';
export { type PostgresOptions, postgres } from './postgres.js';
export { migrationSql } from './schema/print.js';
export type { PostgresTarget } from './target.js';
