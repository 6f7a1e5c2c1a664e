import { setTimeout as wait } from 'node:timers/promises';
import { changedLimits, NO_LIMITS } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Dice } from '../dice.js';
import { claimFor } from './claiming.js';
import type { KnownRun } from './known-run.js';
import { finishAll, vacateAll } from './leaving.js';
import { resumeAll, sendTo } from './meddling.js';
import { limitTo, pauseIf } from './ruling.js';
import type { Watch } from './watch.js';
import type { World } from './world.js';

/** Wide enough that what is left ends soon, and limits all the same. */
const LAST_LIMITS = changedLimits(
  NO_LIMITS,
  {
    concurrency: 4,
    workerConcurrency: 3,
    rateLimit: { limit: 40, per: 100 },
    partition: { concurrency: 3 },
  },
  'queue',
);

/** Brings all runs to their ends: whoever waits is told so by the claims, and nobody is forgotten. */
export async function drain(world: World, dice: Dice, watches: ReadonlyMap<string, Watch>): Promise<void> {
  // As upkeep does, for what was claimed in the name of an executor that was being declared dead.
  await world.stores[0]!.bury(null);
  for (const queue of world.queues) {
    await pauseIf(world, queue, false);
    await limitTo(world, queue, LAST_LIMITS, watches.get(queue.name)!);
  }
  await vacateAll(world);
  await resumeAll(world);
  const all = [...world.runs.values()];
  for (const run of all) if (run.stand === 'parked' && !run.isWoken) await sendTo(world, run);
  for (;;) {
    await finishAll(world);
    const told = [];
    for (const worker of world.workers)
      told.push(await claimFor(world, worker, { limit: 10, queues: null, chance: dice.fraction() }));
    if (told.some(({ count }) => count > 0)) continue;
    const open = all.filter(({ stand }) => stand !== 'over');
    if (open.length === 0) return;
    const next = Math.min(...told.map(({ nextDueInMs }) => nextDueInMs ?? Infinity));
    expect(next, `milliseconds until one of ${open.map(show).join('; ')} is due`).toBeLessThan(5000);
    await wait(Math.ceil(next) + 1);
  }
}

/** Every run ended as it was answered that it did, or was deleted after it had. */
export async function expectAllEnded(world: World): Promise<void> {
  let missing = 0;
  for (const run of world.runs.values()) {
    const { state } = (await world.stores[0]!.run(run.id)) ?? {};
    if (state === undefined) missing += 1;
    else expect(state, run.id).toBe(FINAL[run.endings[0]!]);
  }
  expect(missing, 'runs that are not there any more').toBe(world.pruned);
  for (const { name } of world.queues)
    expect(await world.stores[0]!.queues.find(name)).toMatchObject({ waiting: 0, later: 0, inHands: 0 });
}

const FINAL: Readonly<Record<string, string>> = {
  success: 'succeeded',
  failure: 'failed',
  cancel: 'cancelled',
};

function show({ id, stand, isWoken }: KnownRun): string {
  return `${id} (${stand}${isWoken ? ', woken' : ''})`;
}
