// A process that measures one ORM: `slices.ts ORM URL AT_ONCE MILLISECONDS`. A slice of transactions alone and a slice of the same
// as steps take turns, so that what else goes on in the machine meets both.
import { createRegistry, Holdfast, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import pg from 'pg';
import { fromCallers } from '../../contender.js';
import { ITEM_TABLE, type MakeOrm } from './orm.js';

/** How long each slice took, for each transaction in it, in milliseconds. */
export interface Slices {
  readonly aloneMs: readonly number[];
  readonly stepsMs: readonly number[];
}

/** Of each caller, in a slice. As steps they are one run: so many that what it costs to begin and end it is little. */
const TRANSACTIONS = 100;

const [name, url, atOnceText, forMs] = process.argv.slice(2);
const atOnce = Number(atOnceText);
const { makeOrm } = (await import(`./${name}.js`)) as { readonly makeOrm: MakeOrm<unknown> };
const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query(ITEM_TABLE);
await client.end();

const registry = createRegistry();
const orm = makeOrm({ url: url!, poolSize: atOnce, registry });
const work = workflow('work', { registry }, async () => {
  for (let n = 0; n < TRANSACTIONS; n++) {
    await orm.steps.run('insert', async (tx) => void (await orm.insertItem(tx)));
  }
});
const app = new Holdfast({ store: postgres(url!), registry });
await app.launch();

const alone = (): Promise<unknown> => orm.transaction(async (tx) => void (await orm.insertItem(tx)));
const slices = {
  aloneMs: () => fromCallers(TRANSACTIONS * atOnce, atOnce, alone),
  stepsMs: () => fromCallers(atOnce, atOnce, async () => (await app.start(work, [])).result()),
};
const found: Record<keyof Slices, number[]> = { aloneMs: [], stepsMs: [] };

async function both(): Promise<void> {
  for (const kind of ['aloneMs', 'stepsMs'] as const) {
    const beganMs = performance.now();
    await slices[kind]();
    found[kind].push((performance.now() - beganMs) / TRANSACTIONS / atOnce);
  }
}

// The first ones prepare and compile.
await both();
[found.aloneMs, found.stepsMs] = [[], []];
for (const endMs = performance.now() + Number(forMs); performance.now() < endMs; ) await both();
process.send!(found satisfies Slices);
await app.shutdown({ drain: '5s' });
await orm.close();
process.disconnect();
