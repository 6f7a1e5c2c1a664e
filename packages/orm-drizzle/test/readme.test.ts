import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '@holdfast/postgres/internal';
import { expect, inject, onTestFinished, test } from 'vitest';

const README = join(import.meta.dirname, '..', '..', '..', 'README.md');

/** What the reader of the README has already: a database, a payment gateway, a way to mail, an order. */
const BEFORE = `
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { Pool } from 'pg';

interface Order { id: string; email: string }
interface Payment { id: string }
const orders = pgTable('orders', { id: text().primaryKey(), payment: text() });
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const db = drizzle(pool);
await pool.query('create table orders (id text primary key, payment text)');
const gateway = { charge: async (order: Order): Promise<Payment> => ({ id: 'payment of ' + order.id }) };
const mail = async (to: string): Promise<void> => console.log('mailed', to);
const order: Order = { id: '42', email: 'somebody@example.com' };
`;

const AFTER = `
console.log((await pool.query('select * from orders')).rows);
await app.shutdown();
await pool.end();
`;

test('the program with tables in the README runs as it stands, but for the length of its sleep', async () => {
  const [, program] = /## With your own tables\s+```ts\n([\s\S]*?)```/.exec(await readFile(README, 'utf8'))!;
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  const folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
  onTestFinished(async () => {
    await rm(folder, { recursive: true });
    await drop();
  });
  const imports = program!.match(/^import .*$/gm)!.join('\n');
  const rest = program!.replace(/^import .*$/gm, '').replace("'3 days'", "'30ms'");
  await writeFile(join(folder, 'program.mts'), `${imports}\n${BEFORE}\n${rest}\n${AFTER}`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', join(folder, 'program.mts')],
    {
      env: { ...process.env, DATABASE_URL: url },
    },
  );
  expect(stdout).toBe(
    "mailed somebody@example.com\n{ order: '42', paid: 'payment of 42' }\n[ { id: '42', payment: 'payment of 42' } ]\n",
  );
});
