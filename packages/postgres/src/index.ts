export type { PgConfig, PgPool } from './driver/pg-types.js';
export type { PGliteLike } from './driver/pglite-driver.js';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded/embedded.js';
export { type AppliedMigration, type MigrateOptions, migrate } from './migrate.js';
export { type PGliteOptions, pglite } from './pglite/pglite.js';
export { type PostgresOptions, postgres } from './postgres.js';
export { type GrantPurpose, type GrantsOptions, grantsSql } from './schema/grants.js';
export { migrationSql } from './schema/print.js';
export type { PostgresTarget } from './target.js';
