import type { Orm, OrmPlace } from '@holdfast/conformance';
import makeKnex, { type Knex } from 'knex';
import pg from 'pg';
import { knexSteps } from '../../src/index.js';
import { knexAdapter } from '../../src/knex-adapter.js';

interface Account {
  readonly name: string;
  readonly balance: number;
}

const silence = (): void => undefined;
/** Connections that break are part of the tests, and nobody need read of them. */
export const SILENT = { warn: silence, error: silence, deprecate: silence, debug: silence };

/** Knex, as the suites use it. */
export function makeOrm({ url, registry, poolSize }: OrmPlace) {
  const pool = { min: 0, max: poolSize };
  const knex = makeKnex({ client: 'pg', connection: url, pool, log: SILENT });
  return {
    steps: knexSteps(knex, { registry }),
    adapter: knexAdapter(knex),
    errorClass: pg.DatabaseError,
    insertItem: async (tx, name) => tx('item').insert({ name }),
    openAccount: async (tx, name) => tx('account').insert({ name }),
    deposit: async (tx, name, amount) => tx<Account>('account').where({ name }).increment('balance', amount),
    async balance(tx, name) {
      const account = await tx<Account>('account').where({ name }).first();
      return account?.balance ?? 0;
    },
    transaction: (work) => knex.transaction(work),
    noTransaction: knex,
    close: () => knex.destroy(),
  } satisfies Orm<Knex.Transaction>;
}
