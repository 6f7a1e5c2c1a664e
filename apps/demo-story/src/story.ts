import { randomBytes } from 'node:crypto';
import pg from 'pg';
import pc from 'picocolors';
import { openShopDatabase } from './database.js';
import { Gateway } from './gateway/server.js';
import { holds, prove, type Sale } from './proof.js';
import { databaseClock } from './story/clock.js';
import { board, verdicts } from './story/ending.js';
import { play } from './story/play.js';
import { Stage } from './story/stage.js';
import { count } from './story/words.js';

export interface StoryOptions {
  /** What the shop is built on, by name. */
  readonly orm: string;
  /** The shop's `worker.ts`. */
  readonly worker: URL;
}

const print = (line: string): void => console.log(line);

/**
 * Plays the story of a shop whose processes are killed, and proves that nothing was lost or done twice.
 *
 * @returns whether the proof holds.
 */
export async function tellStory({ orm, worker }: StoryOptions): Promise<boolean> {
  const startedAt = Date.now();
  opening(orm);
  const database = await openShopDatabase();
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  const gateway = await Gateway.open({ latencyMs: 200, busyOnceIn: 5 });
  const prefix = newPrefix();
  const stock = await stockUp(db, prefix);
  const stage = new Stage(db, await databaseClock(db), print);
  process.once('SIGINT', () => stage.breakOff(new Error('Interrupted')));
  try {
    await play({ stage, gateway, db, databaseUrl: database.url, prefix, script: worker });
    await stage.close();
    const sale = { orders: stage.orders, stock, books: gateway.books };
    return await ending({ db, stage, gateway, sale, startedAt });
  } catch (error) {
    await stage.close();
    console.error(pc.red('\n  The story broke off.'), error);
    return false;
  } finally {
    await stage.close();
    await gateway.close();
    await db.end();
    await database.release();
  }
}

/** Four letters or digits. The first is a letter, or some would look like numbers. */
function newPrefix(): string {
  const [first, ...rest] = randomBytes(4);
  const digit = (byte: number, from: number): string => (from + (byte % (36 - from))).toString(36);
  return digit(first!, 10) + rest.map((byte) => digit(byte, 0)).join('');
}

/** Goods of this story alone: those of another one may still be on their way. */
async function stockUp(db: pg.Client, prefix: string): Promise<Sale['stock']> {
  const stock = new Map([`lamp-${prefix}`, `kettle-${prefix}`, `chair-${prefix}`].map((sku) => [sku, 20]));
  for (const [sku, available] of stock) {
    await db.query('insert into shop.stock (sku, price, available) values ($1, 4900, $2)', [sku, available]);
  }
  return stock;
}

function opening(orm: string): void {
  const where = process.env.DATABASE_URL ? 'DATABASE_URL' : 'embedded, its data in .holdfast/';
  print(`\n  ${pc.bold(`A shop on Holdfast, ${orm} and Postgres`)}`);
  print(pc.dim(`  Postgres: ${where}`));
  print(pc.dim('  Time is in seconds; the letter is the worker, a process of its own.'));
}

interface Ending {
  readonly db: pg.Client;
  readonly stage: Stage;
  readonly gateway: Gateway;
  readonly sale: Sale;
  readonly startedAt: number;
}

async function ending({ db, stage, gateway, sale, startedAt }: Ending): Promise<boolean> {
  print(
    `\n  ${pc.bold('Who did what')}${pc.dim('     * recovered: another worker had begun, and was killed')}\n`,
  );
  for (const line of board(stage)) print(line);
  const claims = await prove(db, sale);
  print(
    `\n  ${pc.bold('The proof')}${pc.dim("        read from the tables, and from the gateway's books")}\n`,
  );
  for (const line of verdicts(claims)) print(line);
  print('');
  for (const line of facts(stage, gateway)) print(`  ${line}`);
  const isProven = claims.every(holds);
  const time = pc.dim(`(${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  print(`\n  ${isProven ? pc.green(pc.bold(PROVEN)) : pc.red(pc.bold(REFUTED))} ${time}\n`);
  return isProven;
}

const PROVEN = 'Proven: each order, payment and stock row exists exactly once.';
const REFUTED = 'Not proven: see the lines marked ✗.';

function facts({ kills, takeovers, keptSteps, runs }: Stage, gateway: Gateway): string[] {
  const slowest = (byNewcomer: boolean): number =>
    Math.max(...takeovers.filter((one) => one.byNewcomer === byNewcomer).map(({ afterMs }) => afterMs));
  const steps = runs.flatMap((run) => run.steps.filter(({ kind }) => kind !== 'sleep'));
  const recovered = steps.filter(({ epoch }) => epoch > 1).length;
  return [
    `${count(kills.length, 'worker')} killed with SIGKILL, and ${count(takeovers.length, 'checkout')} taken over: at most ${slowest(false)} ms`,
    `after the kill, or ${slowest(true)} ms where a new worker had to be started first.`,
    `Of ${steps.length} steps, ${recovered} were recovered; the ${keptSteps} before them did not run again.`,
    `Asked ${count(gateway.repeats, 'time')} for what it had done already, the gateway did not do it again.`,
  ];
}
