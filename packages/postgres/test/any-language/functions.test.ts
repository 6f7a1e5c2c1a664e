import { type Registry, workflow } from '@holdfast/core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { grantsSql, migrate } from '../../src/index.js';
import { quoteIdentifier } from '../../src/sql/names.js';
import { database, launch } from '../engine/app.js';
import { answer, hasPsql, psql } from '../support/psql.js';
import { createRole, execute, type Role } from '../support/roles.js';

let url: string;

beforeEach(async () => {
  url = await database();
});

const echo = (registry: Registry) => workflow('echo', { registry }, async (...args: unknown[]) => args);

describe.skipIf(!hasPsql)('the SQL functions, from psql (skipped where that is not installed)', () => {
  test('in a transaction take effect when it commits, and not when it rolls back', async () => {
    const { app } = await launch(url, echo);
    await answer(url, 'create table orders (id text)');
    const start = (id: string) => [
      `insert into orders values ('${id}')`,
      `select holdfast.start_run('echo', id => '${id}')`,
    ];
    await answer(url, 'begin', ...start('lost'), 'rollback');
    await answer(url, 'begin', ...start('kept'), 'commit');
    expect(await app.handle('kept').result()).toEqual([]);
    expect(await answer(url, 'select id from orders')).toBe('kept');
    expect(await answer(url, 'select id from holdfast.runs')).toBe('kept');
  });

  test('in a trigger start a run for each row, or for none', async () => {
    const { app } = await launch(url, echo);
    await answer(
      url,
      `create table orders (id int primary key, total numeric not null)`,
      `create function start_checkout() returns trigger language plpgsql as $$
       begin
         perform holdfast.start_run('echo', json_build_array(to_json(new)), id => 'order-' || new.id);
         return new;
       end $$`,
      `create trigger start_checkout after insert on orders for each row execute function start_checkout()`,
      `insert into orders values (1, 9.5), (2, 12)`,
    );
    expect(await app.handle('order-1').result()).toEqual([{ id: 1, total: 9.5 }]);
    expect(await app.handle('order-2').result()).toEqual([{ id: 2, total: 12 }]);
    const { code } = await psql(url, `insert into orders values (3, 1), (1, 1)`);
    expect(code).not.toBe(0);
    expect(await answer(url, `select count(*) from holdfast.runs`)).toBe('2');
  });

  test('are not led astray by what stands in the search path of their caller', async () => {
    const { app } = await launch(url, echo);
    const id = await answer(
      url,
      'create schema astray',
      `create function astray.json_typeof(json) returns text language sql as $$ select 'array' $$`,
      `create function astray.gen_random_uuid() returns uuid language sql as $$ select null::uuid $$`,
      `create function astray.pg_notify(text, text) returns void language sql as $$ select $$`,
      `create table astray.runs (id text)`,
      `set search_path = astray, pg_catalog`,
      `select holdfast.start_run('echo', '[1]')`,
    );
    expect(await app.handle(id).result()).toEqual([1]);
    const { errors } = await psql(
      url,
      `set search_path = astray, pg_catalog`,
      `select holdfast.start_run('echo', '{}')`,
    );
    expect(errors).toContain('WF001');
  });

  test('work in a schema whose name needs quoting', async () => {
    const schema = `my 'jobs' "é" \\ $holdfast`;
    const { app } = await launch(url, echo, {}, { schema });
    const id = await answer(url, `select ${quoteIdentifier(schema)}.start_run('echo', '[1]')`);
    expect(await app.handle(id).result()).toEqual([1]);
    expect(await answer(url, `select ${quoteIdentifier(schema)}.cancel_run('${id}')`)).toBe('f');
  });
});

describe.skipIf(!hasPsql)('a role with the grants of a caller', () => {
  let role: Role;

  beforeEach(async () => {
    await migrate(url);
    role = await createRole(url);
    onTestFinished(() => role.drop());
    await execute(url, grantsSql({ role: role.name, purpose: 'calls' }));
    await execute(url, `insert into holdfast.queues (name) values ('mail')`);
  });

  test('calls the functions', async () => {
    const id = await answer(role.url(url), `select holdfast.start_run('echo', queue => 'mail')`);
    await answer(role.url(url), `select holdfast.send('${id}', 'mail', '1', key => 'a')`);
    expect(await answer(role.url(url), `select holdfast.cancel_run('${id}')`)).toBe('t');
  });

  test('may do nothing to the tables of executors, steps and schedules', async () => {
    for (const statement of [
      'delete from holdfast.runs',
      'select * from holdfast.schedules',
      'delete from holdfast.executors',
      `update holdfast.executors set stopped_at = now()`,
    ]) {
      expect((await psql(role.url(url), statement)).errors, statement).toContain('42501');
    }
  });
});
