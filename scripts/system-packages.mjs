// Installs the programs that some tests talk to, where Debian's packages can be had and the user is root. Elsewhere the
// tests that need them are skipped, and say so.
import { spawnSync } from 'node:child_process';

const WANTED = [
  { program: 'chromium', package: 'chromium' },
  { program: 'pgbouncer', package: 'pgbouncer' },
  { program: 'psql', package: 'postgresql-client' },
];

const missing = WANTED.filter(({ program }) => !runs(program));
if (missing.length > 0) {
  const names = missing.map((wanted) => wanted.package);
  if (process.getuid?.() === 0 && runs('apt-get')) {
    console.log(`Installing ${names.join(', ')}, for the tests that need them`);
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...names);
  }
  const still = missing.filter(({ program }) => !runs(program)).map((wanted) => wanted.package);
  if (still.length > 0)
    console.log(`Tests that need ${still.join(' or ')} will be skipped: install it to run them.`);
}

function runs(program) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  return spawnSync(program, ['--version'], { stdio: 'ignore', env }).status === 0;
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env });
}
