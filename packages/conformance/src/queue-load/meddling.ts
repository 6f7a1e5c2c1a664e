import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Dice } from '../dice.js';
import { payload } from '../store/entries.js';
import type { KnownRun } from './known-run.js';
import type { World } from './world.js';

/** Cancels runs, wherever they stand. */
export async function cancel(world: World, dice: Dice): Promise<void> {
  const runs = world.some(dice, 3, ({ stand }) => stand !== 'over' && stand !== 'resuming');
  if (runs.length === 0) return;
  const parents = runs.flatMap(({ run }) => world.runs.get(run.parentId ?? '') ?? []);
  for (const run of runs) Object.assign(run, { wasCancelled: true, cancelling: run.cancelling + 1 });
  for (const parent of parents) parent.mayBeSignalled = true;
  const { answer, ...span } = await world.onRuns([...runs, ...parents], () =>
    dice.pick(world.stores).cancel(runs.map(({ id }) => id)),
  );
  for (const run of runs) {
    run.cancelling -= 1;
    if (!answer.includes(run.id)) {
      expect(run.endings.length > 0 || run.inFlight > 0, `run ${run.id} had ended`).toBe(true);
      continue;
    }
    const wasInHands = run.stand === 'held' || run.stand === 'leaving';
    if (wasInHands && !run.by!.isDead) run.occupiedBy = run.by;
    run.by = undefined;
    run.keptSlot = false;
    run.end('cancel', span);
    world.runs.get(run.run.parentId ?? '')?.signalled(span);
  }
  for (const parent of parents) parent.standInLine(span.to);
}

/** Sends something to a run: it wakes one that is parked. */
export async function send(world: World, dice: Dice): Promise<void> {
  const [run] = world.some(dice, 1, ({ stand }) => stand === 'parked' || dice.fraction() < 0.1);
  if (run) await sendTo(world, run);
}

/** The same for this one. */
export async function sendTo(world: World, run: KnownRun): Promise<void> {
  run.mayBeSignalled = true;
  const key = randomUUID();
  const { answer, ...span } = await world.onRuns([run], () =>
    world.stores[0]!.commit([
      { op: 'send', step: null, runId: run.id, channel: 'news', key, value: payload('news') },
    ]),
  );
  const { kind } = answer[0]!;
  if (kind === 'written') {
    expect(run.ended === undefined || run.ended.to > span.from, `run ${run.id} had not ended`).toBe(true);
    run.signalled(span);
  } else {
    expect(['ended', ...(world.prunes > 0 ? ['missing'] : [])]).toContain(kind);
    expect(run.endings.length > 0 || run.inFlight > 0, `run ${run.id} had ended`).toBe(true);
  }
}

/** Makes a run go on that was set aside, was cancelled, or failed. */
export async function resume(world: World, dice: Dice): Promise<void> {
  const [run] = world.some(dice, 1, (one) => mayBeResumed(world, one));
  if (run) await resumeOne(world, run);
}

/** Makes all runs go on that were set aside. */
export async function resumeAll(world: World): Promise<void> {
  for (const run of world.runs.values()) if (run.stand === 'aside') await resumeOne(world, run);
}

async function resumeOne(world: World, run: KnownRun): Promise<void> {
  const { stand, occupiedBy } = run;
  run.stand = 'resuming';
  run.endings = [];
  const { answer, to } = await world.onRuns([run], () => world.stores[1]!.resume(run.id));
  if (!answer) {
    expect(stand === 'over' && world.prunes > 0, `run ${run.id} was deleted`).toBe(true);
    Object.assign(run, { stand, endings: ['deletion'] });
    return;
  }
  Object.assign(run, { ended: undefined, isDue: true });
  if (run.stand !== ('resuming' as string)) return;
  run.stand = 'open';
  if (!occupiedBy) run.standInLine(to);
}

function mayBeResumed(world: World, run: KnownRun): boolean {
  if (run.inFlight > 0) return false;
  if (run.stand === 'aside') return true;
  const [how] = run.endings;
  // A claim that was asked before it was cancelled may yet turn out to have taken it.
  return (
    (how === 'cancel' || how === 'failure') &&
    run.run.deduplicationKey === null &&
    world.isUnclaimedSince(run.ended!.to)
  );
}

/** Deletes runs that have ended. */
export async function prune(world: World, dice: Dice): Promise<void> {
  world.prunes += 1;
  const { deleted } = await dice.pick(world.stores).retention.prune({
    criteria: { states: null, workflows: [world.workflow], afterMs: 0 },
    after: null,
    limit: 10,
  });
  world.pruned += deleted;
}
