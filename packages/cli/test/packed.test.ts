import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { environment } from './support/holdfast.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Packs a package as it is published, and unpacks it where an install would put it. */
async function install(name: string, project: string): Promise<void> {
  const folder = join(ROOT, 'packages', name);
  const packed = mkdtempSync(join(project, 'packed-'));
  const pnpm = [join(ROOT, 'scripts', 'pnpm.mjs'), '-C', folder];
  await run(process.execPath, [...pnpm, 'pack', '--pack-destination', packed]);
  const [tarball] = readdirSync(packed);
  const place = join(project, 'node_modules', '@holdfast', name);
  mkdirSync(place, { recursive: true });
  await run('tar', ['-xzf', join(packed, tarball!), '-C', place, '--strip-components=1']);
  const { dependencies = {} } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies)) {
    if (!dependency.startsWith('@holdfast/'))
      link(join(folder, 'node_modules', dependency), join(project, 'node_modules', dependency));
  }
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(realpathSync(from), to);
}

test('npx holdfast works in a project that has installed the packed packages', {
  timeout: 120_000,
}, async () => {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-packed-')));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0' }));
  for (const name of ['core', 'postgres', 'cli']) await install(name, project);
  link(
    join(project, 'node_modules', '@holdfast', 'cli', 'dist', 'bin.mjs'),
    join(project, 'node_modules', '.bin', 'holdfast'),
  );
  const npx = (...args: string[]) =>
    run('npx', ['--no-install', 'holdfast', ...args], { cwd: project, env: environment({}) });
  const { version } = JSON.parse(readFileSync(join(ROOT, 'packages', 'cli', 'package.json'), 'utf8')) as {
    version: string;
  };
  expect((await npx('--version')).stdout).toBe(`${version}\n`);
  expect((await npx('migrate', '--print')).stdout).toMatch(/^begin;\n/);
  const asked = npx('runs', 'list').then(
    () => 'it found one',
    (error: { code: number; stderr: string }) => `${error.code} ${error.stderr}`,
  );
  expect(await asked).toMatch(/^2 error {2}There is no database to look at/);
});
