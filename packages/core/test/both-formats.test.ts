import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');

/** Runs a CommonJS program against the built package, as a user's would run. */
function run(program: string): unknown {
  const output = execFileSync(process.execPath, ['-e', program], { cwd: PACKAGE, encoding: 'utf8' });
  return JSON.parse(output);
}

describe('the built package', () => {
  test('can be required, and runs a workflow', () => {
    const result = run(`
      const { Holdfast, memoryStore, step, workflow } = require('@holdfast/core');
      const double = step('double', async (n) => n * 2);
      const work = workflow('work', async (n) => double(n));
      const app = new Holdfast({ store: memoryStore(), workflows: [work] });
      app.launch().then(() => work(21)).then(async (answer) => {
        await app.shutdown();
        console.log(JSON.stringify(answer));
      });
    `);
    expect(result).toBe(42);
  });

  test('required and imported in one process, is one: definitions, the current run and errors are shared', () => {
    const result = run(`
      const common = require('@holdfast/core');
      import('@holdfast/core').then(async (modern) => {
        const where = modern.step('where', async () => common.currentRun().id);
        const work = common.workflow('work', async () => where());
        const app = new modern.Holdfast({ store: modern.memoryStore() });
        await app.launch();
        const handle = await app.start(work, [], { id: 'shared' });
        const error = await app.handle('none').status().catch((error) => error);
        console.log(JSON.stringify([await handle.result(), common.isHoldfastError(error, 'RUN_NOT_FOUND')]));
        await app.shutdown();
      });
    `);
    expect(result).toEqual(['shared', true]);
  });
});
