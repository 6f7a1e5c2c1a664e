// Runs the pnpm that package.json names, with nothing needed beforehand but Node and npm.
// It is installed once into .tools/ and put on PATH, because turbo looks for it there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.split('+')[0];
const home = join(root, '.tools', wanted.replace('@', '-'));
const bin = join(home, 'node_modules', '.bin');
const shell = process.platform === 'win32';

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: 'inherit', shell, ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

if (!existsSync(join(bin, 'pnpm'))) {
  console.log(`Fetching ${wanted} (once, into .tools/)`);
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', home, ...quiet, wanted], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const env = { ...process.env, PATH: bin + delimiter + process.env.PATH, TURBO_TELEMETRY_DISABLED: '1' };
for (const key of Object.keys(env)) if (/^npm_(config|package|lifecycle)/i.test(key)) delete env[key];
// Of the settings npm hands down in the environment, pnpm needs one: to fetch from the same place.
const registry = process.env.npm_config_registry ?? process.env.NPM_CONFIG_REGISTRY;
if (registry) env.pnpm_config_registry ??= registry;
run(join(bin, 'pnpm'), process.argv.slice(2), { env, cwd: root });
