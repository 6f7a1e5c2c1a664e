import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createCodec } from '../codec/index.js';
import type { RunStatus, Store } from '../store/index.js';
import { systemClock } from '../time/index.js';
import { silentLogger } from './logger.js';
import { Outcomes } from './outcomes.js';

const DEPS = {
  store: { statuses: async () => [] } as unknown as Store,
  codec: createCodec(),
  clock: systemClock,
  logger: silentLogger,
  newId: () => 'id',
  newRunId: () => 'run',
  random: () => 0,
};

function succeeded(id: string): RunStatus {
  return { id, workflow: 'flow', state: 'succeeded', executorId: null, output: null, error: null };
}

test('A wait that is over leaves nothing on the signal that would have ended it', async () => {
  const outcomes = new Outcomes(DEPS, () => true);
  const { signal } = new AbortController();
  for (let n = 0; n < 100; n++) {
    const wait = outcomes.wait(`run ${n}`, { signal });
    outcomes.settle(succeeded(`run ${n}`));
    expect(await wait).toMatchObject({ id: `run ${n}` });
  }
  const failed = outcomes.wait('another', { signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  outcomes.fail(new Error('shut down'));
  await expect(failed).rejects.toThrow('shut down');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
