import type { Driver } from '../driver/driver.js';
import { Statements } from '../driver/statements.js';
import { LATEST } from '../schema/all.js';
import { levelOf } from '../schema/migrate.js';
import { listTransactions, type OpenTransaction } from '../sql/inspection/transactions.js';
import { schemaNamed } from '../sql/names.js';
import { driverTo, type PostgresTarget } from '../target.js';
import { type Drift, driftOf } from './drift.js';

/** How far the tables are migrated. */
export interface TablesLevel {
  /** 0 if there are none. */
  readonly version: number;
  /** The oldest version whose code can work with them. */
  readonly compatibleFrom: number;
  /** The version that this code makes. */
  readonly known: number;
  /** `150018` for 15.18. */
  readonly serverVersion: number;
}

/** What a doctor asks of a database, also of one whose tables are not there or too old to work with. */
export interface Inspector {
  /** Host, port and database. */
  readonly where: string;
  level(): Promise<TablesLevel>;
  /** Compares the tables with what the migrations up to a version make. */
  drift(version: number): Promise<Drift>;
  /** Transactions that have been open for longer than this, the oldest first. */
  transactions(olderThanMs: number): Promise<readonly OpenTransaction[]>;
  close(): Promise<void>;
}

/** Makes an inspector of a schema. It connects with its first question; errors then say where it leads and what to do. */
export function inspectorOf(target: PostgresTarget, schema: string): Inspector {
  const driver = driverTo(target, 1);
  const statements = new Statements(schemaNamed(schema));
  return {
    where: driver.where,
    level: () =>
      explained(driver, async () => {
        const { version, compatibleFrom, serverVersion } = await levelOf(driver, statements);
        return { version, compatibleFrom, known: LATEST, serverVersion };
      }),
    drift: (version) => explained(driver, () => driftOf(driver, statements, version)),
    transactions: (olderThanMs) =>
      explained(driver, () => statements.run(driver.query, listTransactions, [olderThanMs])),
    close: () => driver.close(),
  };
}

async function explained<T>(driver: Driver, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw driver.explain(error);
  }
}
