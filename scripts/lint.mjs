// `npm run lint`: every check that reads the code without running it. One failing does not hide the next.
import { pnpm, seconds } from './workspace.mjs';

const checks = {
  'format and lint (biome)': ['exec', 'biome', 'check', '.'],
  'order of imports (dependency-cruiser)': ['exec', 'depcruise', 'packages', 'apps'],
  'every behaviour of docs/parity.md': ['exec', 'node', 'scripts/check-parity.mjs'],
  'no registry addresses': ['exec', 'node', 'scripts/check-addresses.mjs'],
  'typed rules (eslint)': [
    'exec',
    'turbo',
    'run',
    'lint',
    '--concurrency=2',
    '--continue=dependencies-successful',
  ],
};

const failed = [];
for (const [name, args] of Object.entries(checks)) {
  const started = Date.now();
  console.log(`\n> ${name}`);
  const status = pnpm(args);
  console.log(`${status === 0 ? 'passed' : 'FAILED'} in ${seconds(started)}`);
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nLint passed.' : `\nLint failed: ${failed.join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);
