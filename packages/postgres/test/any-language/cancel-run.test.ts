import { type Registry, sleep, step, workflow } from '@holdfast/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { database, launch } from '../engine/app.js';
import { answer, hasPsql, psql } from '../support/psql.js';

let url: string;

beforeEach(async () => {
  url = await database();
});

const sleeper = (registry: Registry) =>
  workflow('sleeper', { registry }, async () => {
    await sleep('1 day');
  });

describe.skipIf(!hasPsql)('holdfast.cancel_run, from psql (skipped where that is not installed)', () => {
  test('cancels a run that is parked, once', async () => {
    const { app, defined } = await launch(url, sleeper);
    const handle = await app.start(defined, []);
    const outcome = handle.result().catch((error: { code: string }) => error.code);
    expect(await answer(url, `select holdfast.cancel_run('${handle.id}')`)).toBe('t');
    expect(await outcome).toBe('RUN_CANCELLED');
    expect(await answer(url, `select holdfast.cancel_run('${handle.id}')`)).toBe('f');
  });

  test('wakes the parent that waits for it', async () => {
    const { app, defined } = await launch(url, (registry) => {
      const child = sleeper(registry);
      return workflow('parent', { registry }, () =>
        child().then(
          () => 'slept',
          (error: { code: string }) => error.code,
        ),
      );
    });
    const handle = await app.start(defined, []);
    const child = `select id from holdfast.runs where parent_id = '${handle.id}'`;
    while ((await answer(url, child)) === '') await new Promise(setImmediate);
    expect(await answer(url, `select holdfast.cancel_run((${child}))`)).toBe('t');
    expect(await handle.result()).toBe('RUN_CANCELLED');
  });

  test('stops a run whose executor is in the middle of a step', async () => {
    const { app, defined } = await launch(url, (registry) =>
      workflow('busy', { registry }, () => step.run('endless', () => new Promise<void>(() => {}))),
    );
    const handle = await app.start(defined, []);
    const outcome = handle.result().catch((error: { code: string }) => error.code);
    expect(await answer(url, `select holdfast.cancel_run('${handle.id}')`)).toBe('t');
    expect(await outcome).toBe('RUN_CANCELLED');
  });

  test('with children cancels all that is below the run, and leaves it be without', async () => {
    const { app, defined } = await launch(url, (registry) => {
      const leaf = sleeper(registry);
      const middle = workflow('middle', { registry }, async () => {
        await Promise.allSettled(Array.from({ length: 20 }, () => leaf()));
      });
      return workflow('top', { registry }, () => middle());
    });
    const handle = await app.start(defined, []);
    const states = () =>
      answer(url, 'select workflow, state, count(*) from holdfast.runs group by 1, 2 order by 1, 2');
    while (!(await states()).includes('sleeper|waiting|20')) await new Promise(setImmediate);
    expect(await answer(url, `select holdfast.cancel_run('${handle.id}', children => true)`)).toBe('t');
    expect(await states()).toBe('middle|cancelled|1\nsleeper|cancelled|20\ntop|cancelled|1');
    await expect(handle.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('of a run that there is not is false, as in app.runs.cancel()', async () => {
    const { app } = await launch(url, sleeper);
    expect(await answer(url, `select holdfast.cancel_run('nowhere')`)).toBe('f');
    expect(await app.runs.cancel('nowhere')).toBe(false);
    expect((await psql(url, 'select holdfast.cancel_run(null)')).errors).toContain(
      'ERROR:  WF001: The id of the run',
    );
  });

  test('in a transaction that is rolled back cancels nothing', async () => {
    const { app, defined } = await launch(url, sleeper);
    const handle = await app.start(defined, []);
    await answer(url, 'begin', `select holdfast.cancel_run('${handle.id}')`, 'rollback');
    expect(await handle.status()).not.toBe('cancelled');
  });
});
