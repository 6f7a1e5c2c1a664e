import type { Store } from '@holdfast/core/internal';
import type { PgDriver } from './driver/pg-driver.js';
import { startEmbedded } from './embedded/embedded.js';
import { PostgresStore } from './store/postgres-store.js';
import { checkTarget, driverTo, type PostgresTarget } from './target.js';

/** How Holdfast uses a Postgres. */
export interface PostgresOptions {
  /** The schema of its tables. Default `holdfast`. */
  readonly schema?: string;
  /** How many connections it makes at most, for a target that is no pool. Default 10, and two for signals. */
  readonly poolSize?: number;
  /** Whether it brings its tables up to date on opening. Default true; else it only checks that they are. */
  readonly migrate?: boolean;
  /** Where an embedded Postgres keeps its data. Default `.holdfast`. */
  readonly dir?: string;
}

/**
 * A store in Postgres 13 or newer. Without a target it is an embedded Postgres, in `.holdfast/` of the working folder,
 * shared by all processes of the project. A pool that is handed in is used and never closed.
 *
 * @example new Holdfast({ store: postgres(process.env.DATABASE_URL), workflows: [checkout] });
 */
export function postgres(target?: PostgresTarget, options: PostgresOptions = {}): Store {
  const { schema = 'holdfast', migrate = true, poolSize } = options;
  if (!target)
    return new PostgresStore({ name: 'postgres', schema, migrate, connect: () => embedded(options) });
  // Now, not on opening: so it is reported where it was written.
  checkTarget(target, poolSize);
  return new PostgresStore({
    name: 'postgres',
    schema,
    migrate,
    connect: async () => driverTo(target, poolSize),
  });
}

async function embedded({ dir, poolSize }: PostgresOptions): Promise<PgDriver> {
  const server = await startEmbedded(dir === undefined ? {} : { dir });
  return driverTo(server.url, poolSize, () => server.release());
}
