import { type Registry, step, workflow } from '@holdfast/core';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { schemaNamed } from '../../src/sql/names.js';
import { pruneRuns } from '../../src/sql/runs/prune.js';
import { database, launch } from './app.js';

const OLD = 100_000;

function work(registry: Registry) {
  const child = workflow('child', { registry }, async (n: number) => step.run('double', () => 2 * n));
  return workflow('parent', { registry }, async (n: number) => child(n));
}

/** Makes runs that have ended long ago, each with two steps. */
async function makeOld(sql: Client): Promise<void> {
  await sql.query(`
    insert into holdfast.runs (id, key, workflow, version, state, epoch, input, output, created_at, started_at, completed_at)
    select 'old ' || n, gen_random_uuid(), 'parent', '1', 'succeeded', 1, '[]', '1', at, at, at
    from (select n, now() - interval '60 days' + n * interval '1 second' as at from generate_series(1, ${OLD}) n) o`);
  await sql.query(`
    insert into holdfast.steps (run_id, seq, ordinal, kind, name, attempt, epoch, output, started_at, completed_at)
    select 'old ' || n, seq, seq + 1, 'step', 'x', 1, 1, '1', now(), now()
    from generate_series(1, ${OLD}) n, generate_series(0, 1) seq`);
  await sql.query(
    `insert into holdfast.tallies (workflow, state, runs) values ('parent', 'succeeded', ${OLD})`,
  );
  await sql.query('analyze holdfast.runs, holdfast.steps');
}

describe('retention', () => {
  test('a hundred thousand runs are deleted, and nobody is locked out meanwhile', async () => {
    const url = await database();
    const { app, defined: parent } = await launch(url, work);
    const sql = new Client({ connectionString: url });
    await sql.connect();
    onTestFinished(() => sql.end());
    await makeOld(sql);

    // A portion whose transaction stays open, as that of a process that hangs: its locks are held all the while.
    await sql.query('begin');
    const held = await sql.query(pruneRuns.text(schemaNamed('holdfast')), [null, null, 0, null, null, 1000]);
    expect(held.rows).toMatchObject([{ deleted: 1000 }]);
    const results = Array.from({ length: 50 }, async (_, n) => (await app.start(parent, [n])).result());
    expect(await Promise.all(results)).toEqual(Array.from({ length: 50 }, (_, n) => 2 * n));
    const meanwhile = await app.runs.prune({ after: '1 day' }, { limit: 5000 });
    expect(meanwhile).toBeGreaterThan(3000);
    await sql.query('rollback');

    const handles = [];
    const pruning = app.runs.prune({ after: '1 day' });
    for (let n = 0; n < 50; n++) handles.push(await app.start(parent, [n]));
    expect(await pruning).toBe(OLD - meanwhile);
    await Promise.all(handles.map((handle) => handle.result()));
    const { rows } = await sql.query(`
      select (select count(*)::int from holdfast.runs) as runs, (select count(*)::int from holdfast.steps) as steps`);
    // What was run meanwhile: a hundred parents and their children, with one call each.
    expect(rows).toEqual([{ runs: 200, steps: 200 }]);
    expect(await app.runs.counts()).toEqual([{ runs: 200 }]);
  }, 180_000);
});
