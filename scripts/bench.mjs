// `npm run bench`, `npm run bench:scale`: installs, builds, and measures. Arguments go to apps/benchmark.
import { install, pnpm } from './workspace.mjs';

install();
const built = pnpm(['exec', 'turbo', 'run', 'build', 'generate', '--filter=@holdfast/benchmark...']);
if (built !== 0) process.exit(built);
const [first, ...others] = process.argv.slice(2);
const [script, ...given] = first === 'scale' ? ['scale', ...others] : ['bench', ...process.argv.slice(2)];
process.exit(pnpm(['--filter', '@holdfast/benchmark', 'run', script, ...given]));
