import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf, runProgram } from '@holdfast/conformance';
import { createTestDatabase } from '@holdfast/postgres/internal';
import { Client } from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';

const README = join(import.meta.dirname, '..', 'README.md');

test('the examples in the README of this package run as they stand', async () => {
  const examples = examplesOf(await readFile(README, 'utf8'));
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  onTestFinished(drop);
  const sql = new Client({ connectionString: url });
  await sql.connect();
  await sql.query(`
    create table orders (id text primary key, item text, email text);
    create table stock (item text primary key, "left" int);
    create table mails (id serial primary key, "to" text);
    create table carts (id text primary key);
    insert into stock values ('lamp', 2);
    insert into carts values ('42')`);
  const before = `
import { memoryStore } from '@holdfast/core';
import { Prisma } from '../generated/client.js';
interface Order { id: string; item: string; email: string }
const order: Order = { id: '42', item: 'lamp', email: 'somebody@example.com' };
`;
  const between = 'await app.launch();';
  const after = `
await app.handle(order.id).result();
await app.shutdown();
await prisma.$disconnect();
const price = new Prisma.Decimal('10.50');
console.log(decimals.is(price), decimals.is('10.50'), decimals.decode(decimals.encode(price)).equals(price));
`;
  expect(examples).toHaveLength(3);
  const [program, within, classes] = examples;
  const all = [
    program,
    between,
    within,
    'const store = memoryStore();',
    'const workflows = [checkout];',
    classes,
  ];
  const text = all.join('\n').replace("'./generated/client.js'", "'../generated/client.js'");
  expect(
    await runProgram({ program: text, before, after, folder: import.meta.dirname, databaseUrl: url }),
  ).toBe('true false true\n');
  const rows = async (table: string) => (await sql.query(`select * from ${table}`)).rows;
  expect(await rows('orders')).toEqual([{ id: '42', item: 'lamp', email: 'somebody@example.com' }]);
  expect(await rows('stock')).toEqual([{ item: 'lamp', left: 1 }]);
  expect(await rows('mails')).toMatchObject([{ to: 'somebody@example.com' }]);
  expect(await rows('carts')).toEqual([]);
  await sql.end();
});
