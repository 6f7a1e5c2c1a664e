import { Statements } from './driver/statements.js';
import { bringUpToDate } from './schema/migrate.js';
import { migrationSql } from './schema/print.js';
import { schemaNamed } from './sql/names.js';
import { driverTo, type PostgresTarget } from './target.js';

/** How {@link migrate} goes about it. */
export interface MigrateOptions {
  /** The schema of Holdfast's tables. Default `holdfast`. */
  readonly schema?: string;
  /** Is given the SQL of all migrations, and nothing is applied. */
  readonly print?: (sql: string) => void;
}

/** A migration that was applied. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
}

/**
 * Brings Holdfast's tables in a Postgres up to date: for deployments in which the application itself may not, and opens
 * its store with `migrate: false`.
 *
 * @returns the migrations that were applied, oldest first: none if the tables were up to date.
 * @example await migrate(process.env.ADMIN_DATABASE_URL);
 */
export async function migrate(
  target: PostgresTarget,
  options: MigrateOptions = {},
): Promise<readonly AppliedMigration[]> {
  const { schema = 'holdfast', print } = options;
  if (print) {
    print(migrationSql({ schema }));
    return [];
  }
  const driver = driverTo(target, 1);
  try {
    const { applied } = await bringUpToDate(driver, new Statements(schemaNamed(schema)), { migrate: true });
    return applied.map(({ version, name }) => ({ version, name }));
  } catch (error) {
    throw driver.explain(error);
  } finally {
    await driver.close();
  }
}
