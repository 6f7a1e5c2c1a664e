import { HoldfastError } from '@holdfast/core/internal';
import type { Driver, Transaction } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { driverState } from '../driver-state.js';
import { readExistence } from '../sql/migrations/exists.js';
import { readLevel, type SchemaLevel } from '../sql/migrations/level.js';
import { lockMigrations } from '../sql/migrations/lock.js';
import { readServerVersion } from '../sql/migrations/server.js';
import { MIGRATIONS } from './all.js';
import type { Migration } from './migration.js';
import { createSchemaText, migrationText } from './text.js';

/** Where the tables are and which they are, once they are up to date. */
export interface Installation {
  readonly installationId: string;
  /** The migrations that were applied just now, oldest first. */
  readonly applied: readonly Migration[];
}

/** 13.0. */
const OLDEST_SERVER = 130_000;

/** What Postgres says of a table, and of a schema, that is not there. */
const ABSENT = new Set(['42P01', '3F000']);

/** How {@link bringUpToDate} goes about it. */
export interface BringingUpToDate {
  /** Whether it may; else it only checks. */
  readonly migrate: boolean;
  /** What this code knows of, oldest first. */
  readonly migrations?: readonly Migration[];
}

/**
 * Brings the tables up to date, or only checks that they are. One read, if they are. Newer ones are fine, as long as they
 * say that this code can work with them.
 *
 * @throws HoldfastError STORE_TOO_OLD, STORE_NEWER, STORE_NOT_MIGRATED.
 */
export async function bringUpToDate(
  driver: Driver,
  statements: Statements,
  { migrate, migrations = MIGRATIONS }: BringingUpToDate,
): Promise<Installation> {
  const known = migrations.at(-1)!.version;
  const found = await levelOf(driver, statements);
  checkServer(found.serverVersion, driver);
  if (found.version < known && !migrate) throw notMigrated(found.version, known, statements, driver);
  const { level, applied } =
    found.version < known
      ? await applyMissing(driver, statements, migrations)
      : { level: found, applied: [] };
  if (level.compatibleFrom > known) throw newer(level, known, statements, driver);
  return { installationId: level.installationId!, applied };
}

/** How far a schema is migrated; version 0 if there is nothing of it. */
export async function levelOf(driver: Driver, statements: Statements): Promise<SchemaLevel> {
  try {
    return (await statements.run(driver.query, readLevel, []))[0]!;
  } catch (error) {
    if (!ABSENT.has(driverState(error) ?? '')) throw error;
    const [serverVersion] = await statements.run(driver.query, readServerVersion, []);
    return { version: 0, compatibleFrom: 0, installationId: null, serverVersion: serverVersion! };
  }
}

/** One transaction for all: nothing is ever half applied. Whoever else migrates waits, and then finds it done. */
function applyMissing(
  driver: Driver,
  statements: Statements,
  migrations: readonly Migration[],
): Promise<{ readonly level: SchemaLevel; readonly applied: readonly Migration[] }> {
  return driver.transaction(async (transaction) => {
    const { schema } = statements;
    await statements.run(transaction.query, lockMigrations, [schema.name]);
    const level = await levelWithin(transaction, statements);
    const applied = migrations.filter(({ version }) => version > level);
    for (const migration of applied) await transaction.exec(migrationText(schema, migration));
    return { level: (await statements.run(transaction.query, readLevel, []))[0]!, applied };
  });
}

/** Asked of the catalogue first: an error would end the transaction. Makes the schema if there is none. */
async function levelWithin(transaction: Transaction, statements: Statements): Promise<number> {
  const [existence] = await statements.run(transaction.query, readExistence, [statements.schema.name]);
  if (existence === 2) return (await statements.run(transaction.query, readLevel, []))[0]!.version;
  // Not `if not exists`: that takes the right to create schemas, even if there is nothing to create.
  if (existence === 0) await transaction.exec(createSchemaText(statements.schema));
  return 0;
}

function checkServer(serverVersion: number, driver: Driver): void {
  if (serverVersion >= OLDEST_SERVER) return;
  const version = `${Math.floor(serverVersion / 10_000)}`;
  throw new HoldfastError(
    'STORE_TOO_OLD',
    `Postgres at ${driver.where} is version ${version}; Holdfast needs 13 or newer. Upgrade the server, or use another.`,
    { details: { where: driver.where, serverVersion } },
  );
}

function notMigrated(version: number, needed: number, { schema }: Statements, driver: Driver): HoldfastError {
  const state = version === 0 ? 'has no Holdfast tables' : `has Holdfast tables of version ${version}`;
  return new HoldfastError(
    'STORE_NOT_MIGRATED',
    `Schema "${schema.name}" at ${driver.where} ${state}; this version of Holdfast needs version ${needed}. ` +
      'Run migrate(), apply what migrationSql() prints, or leave out the option migrate: false.',
    { details: { where: driver.where, schema: schema.name, version, needed } },
  );
}

function newer(
  { version, compatibleFrom }: SchemaLevel,
  known: number,
  { schema }: Statements,
  driver: Driver,
): HoldfastError {
  return new HoldfastError(
    'STORE_NEWER',
    `Schema "${schema.name}" at ${driver.where} was migrated to version ${version} by a newer Holdfast, and needs one that ` +
      `knows version ${compatibleFrom}; this one knows version ${known}. Update the @holdfast packages of this process.`,
    { details: { where: driver.where, schema: schema.name, version, compatibleFrom, known } },
  );
}
