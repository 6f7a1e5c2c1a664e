import { createRegistry, Holdfast, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import pg from 'pg';
import { counted } from '../measure/counted.js';
import { dropDatabase, freshDatabase } from '../measure/database.js';
import { makeOrm as drizzle } from '../studies/orms/drizzle.js';
import { makeOrm as knex } from '../studies/orms/knex.js';
import { ITEM_TABLE, type MakeOrm } from '../studies/orms/orm.js';
import { makeOrm as prisma } from '../studies/orms/prisma.js';
import { type Counted, counting } from './count.js';

const STEPS = 20;

/** A transactional step of one insert: what goes over the ORM's own connections. */
function ofOrm<Tx>(name: string, makeOrm: MakeOrm<Tx>): Counted {
  return {
    name: `a transaction of one insert as a step: ${name}`,
    unit: 'step',
    // A begin, the insert, the checkpoint and a commit.
    most: { statements: 4, roundTrips: 4, commits: 1 },
    async count(serverUrl) {
      const url = await freshDatabase(serverUrl);
      await made(url);
      const { proxy, url: throughProxy } = await counted(url);
      const registry = createRegistry();
      const orm = makeOrm({ url: throughProxy, poolSize: 2, registry });
      const work = workflow('work', { registry }, async () => {
        for (let n = 0; n < STEPS; n++) {
          await orm.steps.run('insert', async (tx) => void (await orm.insertItem(tx)));
        }
      });
      const app = new Holdfast({ store: postgres(url), registry });
      await app.launch();
      const once = async (): Promise<{ readonly units: number }> => {
        await (await app.start(work, [])).result();
        return { units: STEPS };
      };
      try {
        // The first one also finds out where checkpoints go.
        await once();
        return await counting(proxy, once);
      } finally {
        await app.shutdown();
        await orm.close();
        await proxy.close();
        await dropDatabase(serverUrl, url);
      }
    },
  };
}

async function made(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(ITEM_TABLE);
  await client.end();
}

export const ORM_COUNTS: readonly Counted[] = [
  ofOrm('Drizzle', drizzle),
  ofOrm('Knex', knex),
  ofOrm('Prisma', prisma),
];
