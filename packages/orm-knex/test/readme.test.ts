import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf, runProgram } from '@holdfast/conformance';
import { createTestDatabase } from '@holdfast/postgres/internal';
import { expect, inject, onTestFinished, test } from 'vitest';

const README = join(import.meta.dirname, '..', 'README.md');

test('the examples in the README of this package run as they stand', async () => {
  const examples = examplesOf(await readFile(README, 'utf8'));
  const before = `
interface Order { id: string; item: string; email: string }
const order: Order = { id: '42', item: 'lamp', email: 'somebody@example.com' };
`;
  const between = `
await knex.raw(\`
  create table orders (id text primary key, item text, email text);
  create table stock (item text primary key, "left" int);
  create table mails ("to" text);
  create table carts (id text);
  insert into stock values ('lamp', 2);
  insert into carts values ('42')\`);
await app.launch();
`;
  const after = `
await app.handle(order.id).result();
for (const table of ['orders', 'stock', 'mails', 'carts'])
  console.log(table, JSON.stringify(await knex(table)));
await app.shutdown();
await knex.destroy();
`;
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  onTestFinished(drop);
  expect(examples).toHaveLength(2);
  const program = `${examples[0]}\n${between}\n${examples[1]}`;
  expect(await runProgram({ program, before, after, folder: import.meta.dirname, databaseUrl: url })).toBe(
    [
      'orders [{"id":"42","item":"lamp","email":"somebody@example.com"}]',
      'stock [{"item":"lamp","left":1}]',
      'mails [{"to":"somebody@example.com"}]',
      'carts []\n',
    ].join('\n'),
  );
});
