// A process that works off a queue: node queue-worker.ts url version ledger
// Each body writes to the ledger when it begins and when it ends, by a clock that all processes of the machine share.
import { appendFileSync } from 'node:fs';
import { createRegistry, currentRun, Holdfast, step, workflow } from '@holdfast/core';
import { postgres } from '../../src/index.js';

const [url, version, ledger] = process.argv.slice(2) as [string, string, string];
const registry = createRegistry();

function note(what: 'begin' | 'end', run: string, epoch: number): void {
  const atNs = `${process.hrtime.bigint()}`;
  appendFileSync(ledger, `${JSON.stringify({ what, run, epoch, atNs, pid: process.pid })}\n`);
}

workflow('work', { registry, version }, async (ms: number) => {
  await step.run('work', async () => {
    const { id, epoch } = currentRun()!;
    note('begin', id, epoch);
    await new Promise((resolve) => setTimeout(resolve, ms));
    note('end', id, epoch);
  });
});

const app = new Holdfast({ store: postgres(url), registry });
await app.launch();
process.send!('works');
