// `npm run test:nodes`: the short form of the suites on the other Node versions we support. npm has their binaries.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, seconds } from './workspace.mjs';

const VERSIONS = ['22.23.3', '24.21.0'];
/** Folders, and what of their tests. */
const SUITES = [
  ['packages/core', []],
  ['packages/postgres', ['test/engine']],
];

let failed = 0;
for (const version of VERSIONS) {
  const node = nodeOf(version);
  for (const [folder, filters] of SUITES) {
    const started = Date.now();
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const args = [vitest, 'run', '--reporter=dot', ...filters];
    const { status } = spawnSync(node, args, { cwd: join(root, folder), stdio: 'inherit' });
    if (status !== 0) failed += 1;
    console.log(
      `${folder} on Node ${version}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds(started)}\n`,
    );
  }
}
process.exit(failed === 0 ? 0 : 1);

function nodeOf(version) {
  const dir = join(root, '.tools', `node-${version}`);
  const node = join(dir, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) {
    console.log(`Fetching Node ${version}`);
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync('npm', ['install', '--prefix', dir, ...quiet, `node@${version}`], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  return node;
}
