import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaBroker } from '@holdfast/conformance/kafka-broker';
import { Kafka, logLevel } from 'kafkajs';
import pc from 'picocolors';
import { openDatabase, type ShopDatabase } from '../database.js';
import { type Names, namesOf } from '../names.js';
import { Ledger } from './ledger.js';
import { type Claim, prove, rows } from './proof.js';
import { Workers } from './workers.js';

/** By then all letters have to be there. */
const PATIENCE_MS = 120_000;

/** Whoever and whatever plays. */
interface Cast {
  readonly names: Names;
  readonly broker: KafkaBroker;
  readonly database: ShopDatabase;
  readonly workers: Workers;
  readonly ledger: Ledger;
  readonly kafka: Kafka;
  readonly print: (line: string) => void;
}

/** Plays the story, and says whether the proof holds. */
export async function play(broker: KafkaBroker): Promise<boolean> {
  const startedAt = Date.now();
  const print = (line: string): void => {
    console.log(`  ${pc.dim(((Date.now() - startedAt) / 1000).toFixed(1).padStart(5))}  ${line}`);
  };
  // A shop of its own, whatever earlier stories left behind.
  const names = namesOf(`shop_${randomBytes(3).toString('hex')}`);
  const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  const database = await openDatabase(names);
  const workers = new Workers({ SHOP: names.shop, KAFKA: broker.address, DATABASE_URL: database.url }, print);
  const ledger = new Ledger(kafka, names);
  const cast = { names, broker, database, workers, ledger, kafka, print };
  try {
    await makeTopics(cast);
    await act(cast);
    await untilThanked(cast);
    return ending(await prove(names, database.knex, kafka, ledger), workers);
  } finally {
    await workers.dismiss();
    await database.close();
  }
}

async function makeTopics({ kafka, names }: Cast): Promise<void> {
  const { events, packed, dead } = names.topics;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [
      { topic: events, numPartitions: 3 },
      { topic: packed, numPartitions: 3 },
      { topic: dead, numPartitions: 1 },
    ],
  });
  await admin.disconnect();
}

/** Orders come all the while; workers die, and so does the broker. */
async function act({ workers, ledger, broker, print }: Cast): Promise<void> {
  await Promise.all([workers.hire(), workers.hire()]);
  await ledger.place(20);
  print('20 orders are placed');
  await workers.killOne();
  await Promise.all([ledger.place(20), workers.killOne()]);
  print('20 more orders were placed meanwhile');
  await ledger.talkNonsense();
  print('somebody sends what is no order');
  await Promise.all([ledger.place(20), delay(50).then(() => workers.killOne())]);
  print('20 more orders were placed meanwhile');
  await broker.down();
  print('the broker has a power cut');
  await Promise.all([
    broker.up().then(() => print('the broker is back')),
    workers.killOne(),
    ledger.place(20),
  ]);
  print('20 more orders were placed meanwhile');
}

async function untilThanked({ database, names, ledger }: Cast): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while ((await rows(database.knex, names.tables.letters)) < ledger.orders.length) {
    // The proof says what is missing.
    if (Date.now() > deadlineMs) return;
    await delay(100);
  }
}

function ending(claims: readonly Claim[], { kills }: Workers): boolean {
  console.log(`\n  ${pc.bold('The proof')}${pc.dim('      what was sent, and what the tables say of it')}\n`);
  for (const { what, wanted, found } of claims) {
    const mark = wanted === found ? pc.green('✓') : pc.red('✗');
    console.log(`  ${mark} ${what.padEnd(34)} ${String(found).padStart(3)} of ${wanted}`);
  }
  const isProven = claims.every(({ wanted, found }) => wanted === found);
  console.log(`\n  ${kills} workers were killed, and the broker once.`);
  console.log(`  ${isProven ? pc.green(pc.bold(PROVEN)) : pc.red(pc.bold(REFUTED))}\n`);
  return isProven;
}

const PROVEN = 'Proven: each event is one order, one parcel and one letter.';
const REFUTED = 'Not proven: see the lines marked ✗.';
