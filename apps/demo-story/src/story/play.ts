import { setTimeout as delay } from 'node:timers/promises';
import { startWireProxy } from '@holdfast/postgres/internal';
import type pg from 'pg';
import type { Gateway } from '../gateway/server.js';
import { NOWHERE, type Order } from '../order.js';
import type { Worker, WorkerOptions } from '../worker.js';
import type { Stage } from './stage.js';

/** What the play is played with. */
export interface Props {
  readonly stage: Stage;
  readonly gateway: Gateway;
  readonly db: pg.Client;
  readonly databaseUrl: string;
  /** Tells this story's orders from those of all others. */
  readonly prefix: string;
  /** The shop's `worker.ts`. */
  readonly script: URL;
}

/** Four acts. Each kills a worker at a worse moment than the one before. */
export async function play(props: Props): Promise<void> {
  const { stage } = props;

  stage.chapter('1. A worker is killed in the middle of its work');
  const [a, b] = await Promise.all([open(props, 'A'), open(props, 'B')]);
  await atAnyMoment(props, a, b);

  stage.chapter('2. A worker is killed between its COMMIT and the answer');
  await betweenCommitAndAnswer(props, b);

  stage.chapter('3. A worker is killed in a step: it has charged a card, and nobody knows');
  const d = await open(props, 'D');
  await whileCharging(props, b, d);

  stage.chapter('4. The last worker is killed, and nobody is left');
  await theLastOne(props, d);
}

async function atAnyMoment(props: Props, a: Worker, b: Worker): Promise<void> {
  const { stage } = props;
  const first = order(props, { sku: 'lamp', quantity: 2, shipTo: 'Lisbon' });
  await stage.place(a, first);
  await stage.place(b, order(props, { sku: 'chair', quantity: 4, shipTo: 'Oslo' }));
  await stage.place(a, order(props, { sku: 'kettle', quantity: 1, shipTo: NOWHERE }));
  await stage.place(a, order(props, { sku: 'lamp', quantity: 1, shipTo: 'Turin' }));
  await stage.placeAgain(b, first);
  await delay(50 + Math.random() * 500);
  await stage.kill(a, 'at a random moment');
  await stage.allEnded();
}

async function betweenCommitAndAnswer(props: Props, b: Worker): Promise<void> {
  const { stage, gateway, databaseUrl } = props;
  const { hostname: host, port } = new URL(databaseUrl);
  const proxy = await startWireProxy({ host, port: Number(port || 5432) });
  try {
    const c = await open(props, 'C', { DATABASE_URL: proxy.url(databaseUrl) });
    await stage.place(b, order(props, { sku: 'lamp', quantity: 3, shipTo: 'Porto' }));
    await stage.place(b, order(props, { sku: 'kettle', quantity: 2, shipTo: NOWHERE }));
    const unlucky = order(props, { sku: 'chair', quantity: 1, shipTo: 'Riga' });
    const charging = gateway.holdAnswerFor(unlucky.id);
    await stage.place(c, unlucky);
    // When C hears that the card is charged, its next transaction records the order, the payment and the step.
    const answer = await stage.event('a charge', charging);
    const unheard = proxy.dropResponseTo(/^commit/i);
    answer.release();
    await stage.event('a COMMIT', unheard);
    await stage.kill(c, 'after its COMMIT, before the answer');
    stage.remark(await committed(props, unlucky.id));
    await stage.allEnded();
  } finally {
    await proxy.close();
  }
}

async function whileCharging(props: Props, b: Worker, d: Worker): Promise<void> {
  const { stage, gateway } = props;
  const unlucky = order(props, { sku: 'lamp', quantity: 1, shipTo: NOWHERE });
  const charging = gateway.holdAnswerFor(unlucky.id);
  await stage.place(b, unlucky);
  await stage.place(d, order(props, { sku: 'kettle', quantity: 3, shipTo: 'Ghent' }));
  await stage.place(b, order(props, { sku: 'chair', quantity: 2, shipTo: 'Graz' }));
  await stage.event('a charge', charging);
  await stage.kill(b, 'while it charges a card');
  stage.remark(await charged(props, unlucky.id));
  await stage.allEnded();
}

async function theLastOne(props: Props, d: Worker): Promise<void> {
  const { stage } = props;
  await stage.place(d, order(props, { sku: 'chair', quantity: 1, shipTo: 'Split' }));
  await stage.place(d, order(props, { sku: 'lamp', quantity: 2, shipTo: 'Bergen' }));
  await delay(50 + Math.random() * 400);
  await stage.kill(d, 'at a random moment');
  stage.remark('nobody is left: the checkouts are rows in Postgres, and wait');
  await open(props, 'E');
  await stage.allEnded();
}

function open(
  { stage, gateway, script }: Props,
  name: string,
  env: WorkerOptions['env'] = {},
): Promise<Worker> {
  return stage.open(name, { script, env: { GATEWAY_URL: gateway.url, ...env } });
}

function order({ stage, prefix }: Props, wish: Omit<Order, 'id'>): Order {
  const number = String(stage.orders.length + 1).padStart(2, '0');
  return { ...wish, id: `${prefix}-${number}`, sku: `${wish.sku}-${prefix}` };
}

/** What the order, the payment and the step have come to. @throws Error if the kill came at another moment than it claims. */
async function committed({ db }: Props, id: string): Promise<string> {
  const orders = await count(db, 'select count(*)::int as n from shop.orders where id = $1', id);
  const payments = await count(db, 'select count(*)::int as n from shop.payments where order_id = $1', id);
  const steps = await count(db, `${STEPS} and name = 'record order' and epoch = 1`, id);
  if (orders !== 1 || payments !== 1 || steps !== 1) throw new Error(`The kill missed the COMMIT of ${id}`);
  return 'in Postgres: 1 order, 1 payment, and the step that wrote them';
}

/** What the charge has come to. @throws Error if the kill came at another moment than it claims. */
async function charged({ db, gateway }: Props, id: string): Promise<string> {
  const charges = gateway.books.entries.filter(({ order }) => order === id).length;
  const steps = await count(db, `${STEPS} and name = 'charge card' and ordinal is not null`, id);
  if (charges !== 1 || steps !== 0) throw new Error(`The kill missed the charge of ${id}`);
  return `the gateway has charged ${id}, and Postgres knows nothing of it`;
}

const STEPS = 'select count(*)::int as n from holdfast.steps where run_id = $1';

async function count(db: pg.Client, sql: string, id: string): Promise<number> {
  return (await db.query<{ n: number }>(sql, [id])).rows[0]!.n;
}
