// `npm run bench`: installs, builds, and measures. Arguments go to apps/benchmark.
import { install, pnpm } from './workspace.mjs';

install();
const built = pnpm(['exec', 'turbo', 'run', 'build', '--filter=@holdfast/postgres']);
if (built !== 0) process.exit(built);
process.exit(pnpm(['--filter', '@holdfast/benchmark', 'run', 'bench', ...process.argv.slice(2)]));
