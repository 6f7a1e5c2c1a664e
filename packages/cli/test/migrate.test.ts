import { migrationSql } from '@holdfast/postgres';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyDatabase } from './support/database.js';
import { holdfast } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';

describe('holdfast migrate', () => {
  test('shows what it applies, and the second time that there is nothing to do', async () => {
    const url = await emptyDatabase(onTestFinished);
    const first = await holdfast(['migrate'], { url });
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(
      /^✓ 1 {2}runs\n✓ 2 {2}queues\n(✓ \d+ {2}.*\n)+The tables in schema holdfast are up to date now\.\n$/,
    );
    const second = await inProcess(['migrate'], { url });
    expect(second).toEqual({
      code: 0,
      stdout: '',
      stderr: 'The tables in schema holdfast are up to date: nothing to do.\n',
    });
    expect(JSON.parse((await inProcess(['migrate', '--json'], { url })).stdout)).toEqual({
      schema: 'holdfast',
      applied: [],
    });
  });

  test('with --print writes SQL that makes the same tables when somebody else applies it, and touches no database', async () => {
    const url = await emptyDatabase(onTestFinished);
    const { code, stdout } = await holdfast(['migrate', '--print', '--schema', 'my jobs']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: migrationSql({ schema: 'my jobs' }) });
    const sql = new pg.Client({ connectionString: url });
    await sql.connect();
    onTestFinished(() => sql.end());
    await sql.query(stdout);
    expect((await inProcess(['migrate', '--schema', 'my jobs'], { url })).stderr).toContain('nothing to do');
    const part = await inProcess(['migrate', '--print', '--from', '8']);
    expect(part.stdout).toBe(migrationSql({ from: 8 }));
    expect(await inProcess(['migrate', '--from', '8'], { url })).toMatchObject({ code: 2 });
  });
});

test('holdfast grants writes the rights of a role, and no others', async () => {
  const app = await inProcess(['grants', '--role', 'shop']);
  expect(app.stdout).toContain('grant usage on schema "holdfast" to "shop";');
  const steps = await inProcess(['grants', '--role', 'orm', '--for', 'steps']);
  expect(steps.stdout).not.toContain('executors');
  expect(await inProcess(['grants'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--role') });
  expect(await inProcess(['grants', '--role', 'a', '--for', 'fun'])).toMatchObject({ code: 2 });
});
