import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { grantsSql } from '../src/index.js';
import { createTestDatabase } from '../src/testing/test-database.js';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a person would. */
async function command(...args: string[]): Promise<Ended> {
  const program = join(import.meta.dirname, '..', 'src', 'command.ts');
  const { DATABASE_URL: _, ...env } = process.env;
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...args], { env });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

async function emptyDatabase(): Promise<{ url: string; sql: Client }> {
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  const sql = new Client({ connectionString: url });
  await sql.connect();
  onTestFinished(async () => {
    await sql.end();
    await drop();
  });
  return { url, sql };
}

async function versions(sql: Client, schema: string): Promise<unknown[]> {
  return (await sql.query(`select version from "${schema}".migrations order by version`)).rows;
}

describe('holdfast-postgres migrate', () => {
  test('makes the tables in the schema it is told, and does nothing the second time', async () => {
    const { url, sql } = await emptyDatabase();
    const first = await command('migrate', '--url', url, '--schema', 'my jobs');
    expect(first).toMatchObject({ code: 0, stdout: 'The tables in schema my jobs are up to date.\n' });
    const made = await versions(sql, 'my jobs');
    expect(made.length).toBeGreaterThan(0);
    expect((await command('migrate', '--url', url, '--schema', 'my jobs')).code).toBe(0);
    expect(await versions(sql, 'my jobs')).toEqual(made);
  });

  test('with --print writes SQL that makes the same tables when somebody else applies it', async () => {
    const { url, sql } = await emptyDatabase();
    const { code, stdout } = await command('migrate', '--print');
    expect(code).toBe(0);
    await sql.query(stdout);
    const printed = await versions(sql, 'holdfast');
    expect((await command('migrate', '--url', url)).code).toBe(0);
    expect(await versions(sql, 'holdfast')).toEqual(printed);
  });

  test('without a database, or called wrongly, says what to do and exits with 2', async () => {
    expect(await command('migrate')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('set DATABASE_URL'),
    });
    expect(await command('destroy')).toMatchObject({ code: 2, stderr: expect.stringContaining('usage:') });
  });

  test('with a database that cannot be reached says so and exits with 1', async () => {
    const { code, stderr } = await command(
      'migrate',
      '--url',
      'postgres://nobody:secret@127.0.0.1:1/nothing',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1');
    expect(stderr).not.toContain('secret');
  });
});

describe('holdfast-postgres grants', () => {
  test('writes the grants of a role', async () => {
    const { code, stdout } = await command('grants', '--role', 'my "app"', '--schema', 'my jobs');
    expect(code).toBe(0);
    expect(stdout).toContain('grant usage on schema "my jobs" to "my ""app""";\n');
    expect(stdout).toBe(grantsSql({ role: 'my "app"', schema: 'my jobs' }));
  });

  test('for transactional steps writes fewer', async () => {
    const { stdout } = await command('grants', '--role', 'orm', '--for', 'steps');
    expect(stdout).toBe(grantsSql({ role: 'orm', purpose: 'steps' }));
    expect(stdout).not.toContain('executors');
  });

  test('called wrongly says what to do and exits with 2', async () => {
    expect(await command('grants')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give --role'),
    });
    expect(await command('grants', '--role', 'a', '--for', 'fun')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"fun"'),
    });
  });
});
