// What the scripts beside this one share.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Every package and app: its name, its folder, its scripts. */
export function projects() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(group, name))
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => {
        const { name, scripts = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
        return { name, folder, scripts };
      }),
  );
}

/** Runs pnpm in the root and returns its exit code; the output is the caller's unless `options` says otherwise. */
export function pnpm(args, options = {}) {
  return spawnPnpm(args, { stdio: 'inherit', ...options }).status ?? 1;
}

/** Installs exactly what the lockfile says. Quiet, unless it fails. */
export function install() {
  const started = Date.now();
  console.log(
    existsSync(join(root, 'node_modules'))
      ? 'Checking dependencies'
      : 'Installing dependencies (about a minute)',
  );
  const args = ['install', '--frozen-lockfile', '--prefer-offline'];
  const result = spawnPnpm(args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) {
    console.error(result.stdout + result.stderr);
    console.error('The dependencies could not be installed.');
    process.exit(result.status ?? 1);
  }
  console.log(`Dependencies are in place (${seconds(started)})`);
}

/** How long ago `started` was, for people. */
export function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

function spawnPnpm(args, options) {
  return spawnSync(process.execPath, [join(root, 'scripts', 'pnpm.mjs'), ...args], { cwd: root, ...options });
}
