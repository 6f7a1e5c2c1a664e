// Adds up the vitest reports of all packages. The last line it prints is `N passed, N failed[, N skipped]`.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projects, root } from './workspace.mjs';

/** The line before the tests that failed, one by one. `.ci/run` repeats what follows it as its last words. */
const FAILURES = 'Tests that failed:';
const LINES_OF_A_MESSAGE = 15;
const NOTHING = { passed: 0, failed: 0, skipped: 0, failures: [] };

const reportOf = (folder) => join(root, folder, '.reports', 'vitest.json');

/** Removes the reports of earlier runs, which would otherwise be counted again. */
export function forgetReports() {
  for (const { folder } of projects()) rmSync(reportOf(folder), { force: true });
}

/**
 * Prints one line per package and the total, and returns whether all is well: something passed and nothing failed.
 * A package with tests whose report is of none counts as one failure, and with `everyPackage` one that left no report;
 * so does a run that failed where no report says why.
 */
export function summarize({ everyPackage = false, runnerFailed = false } = {}) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  console.log('');
  for (const { name, folder, scripts } of projects()) {
    const isThere = existsSync(reportOf(folder));
    const count = isThere ? countReport(JSON.parse(readFileSync(reportOf(folder), 'utf8'))) : NOTHING;
    // A report of nothing is what a broken global set-up leaves.
    if (count.passed + count.failed + count.skipped === 0 && scripts.test && (isThere || everyPackage)) {
      total.failed += 1;
      failures.push(`- ${name}: its tests did not run`);
    }
    for (const key of Object.keys(total)) total[key] += count[key];
    if (count.passed + count.failed + count.skipped > 0) console.log(`${name}: ${inWords(count)}`);
    failures.push(...count.failures);
  }
  if (runnerFailed && total.failed === 0) {
    total.failed += 1;
    console.log('The run failed though no test did: see above.');
  }
  if (total.passed + total.failed === 0) console.log('No test ran.');
  if (failures.length > 0) console.log(['', FAILURES, ...failures, ''].join('\n'));
  console.log(inWords(total));
  return total.passed > 0 && total.failed === 0;
}

function countReport(report) {
  // A file that fails outside its tests (an import, a hook) fails as one, and would go uncounted.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [
      ...broken.map((file) => failure(file, 'failed outside its tests', file.message)),
      ...report.testResults.flatMap((file) =>
        file.assertionResults
          .filter((test) => test.status === 'failed')
          .map((test) => failure(file, test.fullName, test.failureMessages.join('\n'))),
      ),
    ],
  };
}

function failure(file, what, message = '') {
  const lines = message.split('\n').slice(0, LINES_OF_A_MESSAGE);
  return [`- ${relative(root, file.name)}: ${what}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exit(summarize() ? 0 : 1);
