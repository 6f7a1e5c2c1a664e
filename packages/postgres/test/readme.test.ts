import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../src/testing/test-database.js';
import { ending } from './support/child.js';

const README = join(import.meta.dirname, '..', '..', '..', 'README.md');

/** The program on the first screen, and what a terminal shows of it: what each start of it printed. */
async function firstScreen(): Promise<{ program: string; printed: readonly string[] }> {
  const readme = await readFile(README, 'utf8');
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const [, terminal] = /```console\n([\s\S]*?)```/.exec(readme)!;
  const printed = terminal!.split('$ npx tsx trip.ts\n').slice(1);
  return { program: program!, printed: printed.map((lines) => lines.replace(/^Killed.*\n/m, '')) };
}

function begin(file: string, url: string): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const env = { ...process.env, DATABASE_URL: url };
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child as ChildProcess & { stdout: NodeJS.ReadableStream };
}

/** Resolves when the run has recorded a step of this name. */
async function untilRecorded(sql: Client, name: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { rows } = await sql.query(`select to_regclass('holdfast.steps') is not null as made`);
    if (!rows[0].made) return false;
    return (await sql.query('select from holdfast.steps where name = $1', [name])).rows.length > 0;
  };
  while (!(await isThere()));
}

test('the program on the first screen of the README prints what stands there, when it is killed where it is there', async () => {
  const { program, printed } = await firstScreen();
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  const sql = new Client({ connectionString: url });
  await sql.connect();
  const folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
  onTestFinished(async () => {
    await rm(folder, { recursive: true });
    await sql.end();
    await drop();
  });
  const file = join(folder, 'trip.mts');
  await writeFile(file, program);

  const first = begin(file, url);
  const said = text(first.stdout);
  await untilRecorded(sql, 'book hotel');
  first.kill('SIGKILL');
  expect(await said).toBe(printed[0]);

  const second = begin(file, url);
  const [rest, code] = await Promise.all([text(second.stdout), ending(second)]);
  expect({ rest, code }).toEqual({ rest: printed[1], code: 0 });
}, 60_000);
