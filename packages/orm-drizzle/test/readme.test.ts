import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf, runProgram } from '@holdfast/conformance';
import { createTestDatabase } from '@holdfast/postgres/internal';
import { expect, inject, onTestFinished, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');

async function outputOf(program: string, before: string, after: string): Promise<string> {
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  onTestFinished(drop);
  return runProgram({ program, before, after, folder: import.meta.dirname, databaseUrl: url });
}

test('the program with tables in the README of all runs as it stands, but for the length of its sleep', async () => {
  const readme = await readFile(join(PACKAGE, '..', '..', 'README.md'), 'utf8');
  const [program] = examplesOf(readme, '## With your own tables');
  const before = `
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
  const after = `
console.log((await pool.query('select * from orders')).rows);
await app.shutdown();
await pool.end();
`;
  expect(await outputOf(program!.replace("'3 days'", "'30ms'"), before, after)).toBe(
    "mailed somebody@example.com\n{ order: '42', paid: 'payment of 42' }\n[ { id: '42', payment: 'payment of 42' } ]\n",
  );
});

test('the examples in the README of this package run as they stand', async () => {
  const examples = examplesOf(await readFile(join(PACKAGE, 'README.md'), 'utf8'));
  const before = `
import { eq, sql } from 'drizzle-orm';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';

interface Order { id: string; item: string; email: string }
const orders = pgTable('orders', { id: text().primaryKey(), item: text().notNull(), email: text().notNull() });
const stock = pgTable('stock', { item: text().primaryKey(), left: integer().notNull() });
const mails = pgTable('mails', { to: text().notNull() });
const carts = pgTable('carts', { id: text().primaryKey() });
const schema = { orders, stock, mails };
const order: Order = { id: '42', item: 'lamp', email: 'somebody@example.com' };
`;
  const between = `
await pool.query(\`
  create table orders (id text primary key, item text, email text);
  create table stock (item text primary key, "left" int);
  create table mails ("to" text);
  create table carts (id text);
  insert into stock values ('lamp', 2);
  insert into carts values ('42')\`);
const db = drizzle(pool);
await app.launch();
`;
  const after = `
await app.handle(order.id).result();
for (const table of ['orders', 'stock', 'mails', 'carts'])
  console.log(table, JSON.stringify((await pool.query('select * from ' + table)).rows));
await app.shutdown();
await pool.end();
`;
  const [program, within] = examples;
  expect(examples).toHaveLength(2);
  expect(await outputOf(`${program}\n${between}\n${within}`, before, after)).toBe(
    [
      'orders [{"id":"42","item":"lamp","email":"somebody@example.com"}]',
      'stock [{"item":"lamp","left":1}]',
      'mails [{"to":"somebody@example.com"}]',
      'carts []\n',
    ].join('\n'),
  );
});
