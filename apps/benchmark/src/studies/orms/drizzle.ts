import { drizzleSteps } from '@holdfast/orm-drizzle';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, serial, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { MakeOrm } from './orm.js';

const items = pgTable('item', { id: serial().primaryKey(), name: text().notNull() });

export const makeOrm: MakeOrm<Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0]> = ({
  url,
  poolSize,
  registry,
}) => {
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  const db = drizzle(pool);
  return {
    insertItem: (tx) => tx.insert(items).values({ name: 'a name' }),
    transaction: (work) => db.transaction(work),
    steps: drizzleSteps(db, { registry }),
    close: () => pool.end(),
  };
};
