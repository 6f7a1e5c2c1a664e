import { expect } from 'vitest';
import type { Dice } from '../dice.js';
import { succeed } from '../store/entries.js';
import { claimFor } from './claiming.js';
import type { World } from './world.js';

/** Declares an executor dead, or signs it off, and takes on another. */
export async function bury(world: World, dice: Dice): Promise<void> {
  const n = Math.floor(dice.fraction() * world.workers.length);
  const worker = world.workers[n]!;
  if (worker.isDying) return;
  worker.isDying = true;
  const runs = [...world.runs.values()].filter((run) => run.by === worker || run.occupiedBy === worker);
  const had = new Map(runs.map((run) => [run, run.owned!.epoch]));
  const store = dice.pick(world.stores);
  const { to } = await world.onRuns(runs, async () => {
    if (dice.fraction() < 0.5) await store.bury(worker.id);
    else await store.retire(worker.id);
  });
  worker.isDead = true;
  for (const run of world.runs.values()) {
    if (run.occupiedBy !== worker && (run.by !== worker || run.stand !== 'held')) continue;
    run.occupiedBy = undefined;
    const { id, epoch } = run.owned!;
    // Else it may have been claimed just after the burial, and stay with the dead until the next one.
    run.isAdrift = had.get(run) !== epoch;
    if (run.stand === 'held') Object.assign(run, { stand: 'open', by: undefined });
    if (run.isAdrift) continue;
    if (run.stand === 'open') world.lost.push({ worker, run: { id, epoch } });
    run.standInLine(to);
  }
  world.workers[n] = await world.hire(
    worker.store,
    worker.serves.map(({ version }) => version),
  );
}

/** An executor that was declared dead writes to what it had, and claims: it gets nowhere. */
export async function haunt(world: World, dice: Dice): Promise<void> {
  if (world.lost.length === 0) return;
  const { worker, run } = dice.pick(world.lost);
  expect(await worker.store.commit([succeed(run)]), 'a write of a dead executor').toEqual([{ kind: 'lost' }]);
  await claimFor(world, worker, { limit: 5, queues: null, chance: 0 });
}
