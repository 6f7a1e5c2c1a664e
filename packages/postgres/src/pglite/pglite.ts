import { HoldfastError, type Store } from '@holdfast/core/internal';
import { PGliteDriver, type PGliteLike } from '../driver/pglite-driver.js';
import { PostgresStore } from '../store/postgres-store.js';
import { lockFolder } from './folder-lock.js';

/** How Holdfast uses a PGlite database. */
export interface PGliteOptions {
  /** The schema of its tables. Default `holdfast`. */
  readonly schema?: string;
  /** Whether it brings its tables up to date on opening. Default true; else it only checks that they are. */
  readonly migrate?: boolean;
}

/**
 * A store in PGlite, a Postgres inside this process: for tests and for the edge. It is for one process at a time, and
 * holds against its being killed, not against a loss of power.
 *
 * @param target a folder, or a database that is open already and stays open. Without one, it is kept in memory.
 * @example const store = pglite('.data');
 */
export function pglite(target?: string | PGliteLike, options: PGliteOptions = {}): Store {
  const { schema = 'holdfast', migrate = true } = options;
  return new PostgresStore({ name: 'pglite', schema, migrate, connect: () => connect(target) });
}

async function connect(target: string | PGliteLike | undefined): Promise<PGliteDriver> {
  if (typeof target === 'object') {
    return new PGliteDriver({ database: target, where: 'a PGlite database', close: async () => undefined });
  }
  if (target === undefined || target === '' || target.startsWith('memory://')) {
    const database = await open('memory://');
    return new PGliteDriver({ database, where: 'PGlite in memory', close: () => database.close() });
  }
  const unlock = await lockFolder(target);
  try {
    const database = await open(target);
    const close = async (): Promise<void> => {
      await database.close();
      await unlock();
    };
    return new PGliteDriver({ database, where: `PGlite in ${target}`, close });
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function open(dir: string): Promise<PGliteLike> {
  const { PGlite } = await load();
  return PGlite.create(dir);
}

// Loaded on use: it is an optional peer, and large.
async function load(): Promise<typeof import('@electric-sql/pglite')> {
  try {
    return await import('@electric-sql/pglite');
  } catch (error) {
    throw new HoldfastError(
      'UNSUPPORTED',
      'pglite() needs the package @electric-sql/pglite, which is not installed. Run: npm install @electric-sql/pglite',
      { cause: error },
    );
  }
}
