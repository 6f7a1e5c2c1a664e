// `npm test`: installs, builds, tests every package, adds up. Arguments go to turbo:
// `npm test -- --filter=@holdfast/core`.
import { forgetReports, summarize } from './summary.mjs';
import { install, pnpm } from './workspace.mjs';

const chosen = process.argv.slice(2);
install();
forgetReports();
const how = [
  '--concurrency=2',
  '--continue=dependencies-successful',
  '--log-order=grouped',
  '--log-prefix=none',
];
const status = pnpm(['exec', 'turbo', 'run', 'test', ...how, ...chosen]);
const well = summarize({ everyPackage: chosen.length === 0, runnerFailed: status !== 0 });
process.exit(well ? 0 : 1);
