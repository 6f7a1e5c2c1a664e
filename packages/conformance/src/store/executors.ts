import type { ExecutorRecord } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { type Bench, eventually } from './bench.js';
import { succeed } from './entries.js';
import { subject } from './subject.js';

const LONG_MS = 600_000;
const SHORT_MS = 20;

async function find(bench: Bench, id: string): Promise<ExecutorRecord | undefined> {
  return (await bench.store.executors.list()).find((executor) => executor.id === id);
}

export const executors = subject('executors', (test) => {
  test('are listed with what they serve and how many runs they hold, first those that came first', async (bench) => {
    const [first, second] = [bench.id('executor'), bench.id('executor')];
    const serves = { workflows: [{ ...bench.served, timeoutMs: 1000 }], queues: ['mail'] };
    await bench.store.register({ id: first, host: 'one', pid: 1, serves }, LONG_MS);
    await bench.store.register({ id: second, host: 'two', pid: 2 }, LONG_MS);
    const [ended] = await bench.beginMany(3, { executorId: first });
    await bench.writeAll([succeed(ended!)]);
    const ours = (await bench.store.executors.list()).filter(({ id }) => [first, second].includes(id));
    expect(ours).toEqual([
      {
        id: first,
        host: 'one',
        pid: 1,
        serves,
        startedAtMs: expect.any(Number),
        leaseUntilMs: expect.any(Number),
        stoppedAtMs: null,
        standing: 'alive',
        runs: 2,
      },
      expect.objectContaining({ id: second, serves: null, standing: 'alive', runs: 0 }),
    ]);
    const { startedAtMs, leaseUntilMs } = ours[0]!;
    expect(leaseUntilMs - startedAtMs).toBeGreaterThanOrEqual(LONG_MS - 1000);
  });

  test('one whose lease ran out has lapsed, until it is declared dead', async (bench) => {
    const id = await bench.executor(SHORT_MS);
    await bench.begin({ executorId: id });
    const lapsed = await eventually('a lapsed lease', async () => {
      const executor = await find(bench, id);
      return executor?.standing === 'lapsed' ? executor : undefined;
    });
    expect(lapsed).toMatchObject({ runs: 1, stoppedAtMs: null });
    await bench.store.bury(id);
    expect(await find(bench, id)).toMatchObject({
      standing: 'stopped',
      runs: 0,
      stoppedAtMs: expect.any(Number),
    });
  });

  test('one that signed off has stopped, and does not come back', async (bench) => {
    const id = await bench.executor();
    await bench.store.retire(id);
    expect(await find(bench, id)).toMatchObject({ standing: 'stopped', runs: 0 });
    await bench.store.renew(id, LONG_MS);
    expect(await find(bench, id)).toMatchObject({ standing: 'stopped' });
  });
});
