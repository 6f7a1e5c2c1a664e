import { runs } from './0001_runs.js';
import type { Migration } from './migration.js';

/** All migrations, oldest first. */
export const MIGRATIONS: readonly Migration[] = [runs];

/** The version of the tables that this code works with. */
export const LATEST = MIGRATIONS.at(-1)!.version;
