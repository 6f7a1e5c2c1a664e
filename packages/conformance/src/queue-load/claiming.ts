import type { OwnedRun } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Dice } from '../dice.js';
import type { Rules } from './known-queue.js';
import type { KnownRun } from './known-run.js';
import type { Taken } from './order.js';
import type { Span } from './span.js';
import type { Worker } from './worker.js';
import type { World } from './world.js';

/** What a claim told. */
export interface Told {
  readonly count: number;
  readonly nextDueInMs: number | null;
}

/** Claims for one of the workers. */
export async function claim(world: World, dice: Dice): Promise<void> {
  const names = world.queues.map(({ name }) => name);
  const queues = dice.pick([null, null, names, [names[0]!], [names[1]!]]);
  const limit = Math.floor(dice.between(1, 6));
  await claimFor(world, dice.pick(world.workers), { limit, queues, chance: dice.fraction() });
}

/** Claims, and looks whether what was given could be, and lets no more in than the limits allow. */
export async function claimFor(
  world: World,
  worker: Worker,
  request: { readonly limit: number; readonly queues: readonly string[] | null; readonly chance: number },
): Promise<Told> {
  const { isDead } = worker;
  const before = world.queues.map(({ rules }) => rules);
  const from = world.ticks.next();
  world.claiming.add(from);
  const { runs, nextDueInMs } = await worker.store.claim({
    ...request,
    executorId: worker.id,
    serves: worker.serves,
  });
  world.claiming.delete(from);
  const span = { from, to: world.ticks.next() };
  expect(runs.length).toBeLessThanOrEqual(request.limit);
  if (isDead) expect(runs, 'what a dead executor is given').toEqual([]);
  const taken = runs.flatMap((owned) => takeUp(world, worker, owned, span) ?? []);
  for (const [n, queue] of world.queues.entries()) {
    const rules = before[n];
    const ofQueue = taken.filter(({ run }) => run.queue === queue.name);
    if (request.queues && !request.queues.includes(queue.name)) expect(ofQueue).toEqual([]);
    const isSure = rules !== undefined && rules === queue.rules;
    if (isSure && rules.isPaused)
      expect(
        ofQueue.map(({ run }) => run.id),
        'from a paused queue',
      ).toEqual([]);
    if (isSure) expectWithin(world, worker, ofQueue, { rules, span });
    world.claims.push({
      ...span,
      queue: queue.name,
      serves: worker.serves,
      rules: isSure ? rules : undefined,
      taken: ofQueue,
    });
  }
  return { count: runs.length, nextDueInMs };
}

function takeUp(world: World, worker: Worker, owned: OwnedRun, span: Span): Taken | undefined {
  const run = world.runs.get(owned.id);
  if (!run) throw new Error(`run ${owned.id} was claimed, and is not known`);
  expect(worker.serves.map(({ version }) => version)).toContain(owned.version);
  run.disturb(span.from);
  // It was claimed in the name of an executor that was declared dead meanwhile, and may have gone on elsewhere.
  if (worker.isDying && run.owned && owned.epoch <= run.owned.epoch) return undefined;
  expect(owned.epoch, `epoch of ${run.id}`).toBeGreaterThan(run.owned?.epoch ?? 0);
  expectClaimable(run, span);
  const taken = { run, neededSlot: !run.keptSlot };
  Object.assign(run, { owned, claimed: span, hasBegun: true, isDue: true, keptSlot: false });
  run.isAdrift = worker.isDead;
  run.told(span);
  // Cancelled just after it was claimed.
  if (run.stand === 'over') run.occupiedBy = worker.isDead ? undefined : worker;
  else if (worker.isDead) Object.assign(run, { stand: 'open', by: undefined });
  else Object.assign(run, { stand: 'held', by: worker });
  return taken;
}

/** Nobody else has it, it has not ended, and it was not asleep. */
function expectClaimable(run: KnownRun, { from }: Span): void {
  if (run.occupiedBy && !run.occupiedBy.isDying && !run.isVacating)
    throw new Error(`code of run ${run.id} still runs`);
  if (run.stand === 'held' && !run.by!.isDying && run.cancelling === 0)
    throw new Error(`run ${run.id} was claimed, and is in the hands of ${run.by!.id}`);
  if (run.stand === 'over' && (run.ended!.to < from || run.endings[0] !== 'cancel'))
    throw new Error(`run ${run.id} was claimed, and had ended`);
  if (run.stand === 'aside') throw new Error(`run ${run.id} was claimed, and had been set aside`);
}

/**
 * At the moment of the last admission, those whose claims were answered before this one was asked had their slots, and those
 * taken with it too: they have them still.
 */
function expectWithin(
  world: World,
  worker: Worker,
  taken: readonly Taken[],
  { rules, span }: { readonly rules: Rules; readonly span: Span },
): void {
  const { concurrency, workerConcurrency, partitionConcurrency } = rules.limits;
  const mine = taken.filter(({ run }) => run.surelyHasSlot());
  if (mine.length === 0) return;
  const { queue } = mine[0]!.run;
  const before = [...world.runs.values()].filter(
    (run) => run.queue === queue && run.surelyHasSlotSince(span.from),
  );
  const holders = [...before, ...mine.map(({ run }) => run)];
  const here = holders.filter((run) => (run.occupiedBy ?? run.by) === worker);
  expect(here.length, 'in the hands of one worker').toBeLessThanOrEqual(workerConcurrency ?? Infinity);
  const admitted = mine.filter(({ neededSlot }) => neededSlot);
  if (admitted.length > 0)
    expect(holders.length, 'in hands at a time').toBeLessThanOrEqual(concurrency ?? Infinity);
  for (const key of new Set(admitted.map(({ run }) => run.key))) {
    const ofKey = holders.filter((run) => run.key === key);
    expect(ofKey.length, `in hands of partition "${key}"`).toBeLessThanOrEqual(
      partitionConcurrency ?? Infinity,
    );
  }
}
