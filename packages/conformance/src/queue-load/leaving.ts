import type { EntryOutcome, StoreEntry } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Dice } from '../dice.js';
import { fail, park, pause, release, succeed, vacate } from '../store/entries.js';
import type { KnownRun } from './known-run.js';
import type { Span } from './span.js';
import type { Worker } from './worker.js';
import type { World } from './world.js';

/** Takes runs out of the hands of one worker, in one batch. */
export async function leave(world: World, dice: Dice): Promise<void> {
  const worker = dice.pick(world.workers);
  const runs = world.some(dice, 3, ({ stand, by }) => stand === 'held' && by === worker);
  await write(
    world,
    worker,
    runs,
    runs.map((run) => leaving(world, dice, run)),
  );
}

/** Finishes all that is in hands. */
export async function finishAll(world: World): Promise<void> {
  for (const worker of world.workers) {
    const runs = [...world.runs.values()].filter(({ stand, by }) => stand === 'held' && by === worker);
    await write(
      world,
      worker,
      runs,
      runs.map((run) => succeed(run.owned!, { parentId: run.run.parentId })),
    );
  }
}

/** Says that no code of some runs that were cancelled runs any more. */
export async function vacateSome(world: World, dice: Dice): Promise<void> {
  await vacateRuns(world, world.some(dice, 3, isOccupied));
}

/** The same of all. */
export async function vacateAll(world: World): Promise<void> {
  await vacateRuns(world, [...world.runs.values()].filter(isOccupied));
}

function isOccupied({ occupiedBy, isVacating }: KnownRun): boolean {
  return occupiedBy !== undefined && !isVacating;
}

async function vacateRuns(world: World, runs: readonly KnownRun[]): Promise<void> {
  if (runs.length === 0) return;
  for (const run of runs) run.isVacating = true;
  const { answer, to } = await world.onRuns(runs, () =>
    world.stores[2]!.commit(runs.map(({ owned }) => vacate(owned!))),
  );
  for (const [n, run] of runs.entries()) {
    expect(answer[n]).toEqual({ kind: 'written' });
    Object.assign(run, { isVacating: false, occupiedBy: undefined });
    run.standInLine(to);
  }
}

function leaving(world: World, dice: Dice, { owned, run }: KnownRun): StoreEntry {
  const held = owned!;
  const { signals, keepsSlot } = held;
  const parked = (wakeAtMs: number | null) => park(held, { wakeAtMs, signals, keepsSlot });
  return dice.pick([
    () => succeed(held, { parentId: run.parentId }),
    () => succeed(held, { parentId: run.parentId }),
    () => succeed(held, { parentId: run.parentId }),
    () => fail(held, { parentId: run.parentId }),
    () => parked(world.nowMs() + 30),
    () => parked(null),
    () => release(held),
    () => pause(held),
  ])();
}

async function write(
  world: World,
  worker: Worker,
  runs: readonly KnownRun[],
  entries: readonly StoreEntry[],
): Promise<void> {
  if (runs.length === 0) return;
  const parents = entries.flatMap(
    (entry) => (entry.op === 'finish' && world.runs.get(entry.parentId ?? '')) || [],
  );
  for (const [n, run] of runs.entries()) {
    const entry = entries[n]!;
    run.stand = 'leaving';
    // It may be taken up again before the answer is here.
    run.keptSlot = entry.op === 'park' && entry.keepsSlot;
  }
  for (const parent of parents) parent.mayBeSignalled = true;
  const held = runs.map(({ owned }) => owned!);
  const { answer, ...span } = await world.onRuns([...runs, ...parents], () => worker.store.commit(entries));
  for (const [n, run] of runs.entries()) {
    const [entry, outcome] = [entries[n]!, answer[n]!];
    if (outcome.kind === 'written' && entry.op === 'finish')
      world.runs.get(entry.parentId ?? '')?.signalled(span);
    settle(run, { entry, outcome, span, epoch: held[n]!.epoch });
  }
  for (const parent of parents) parent.standInLine(span.to);
}

interface Left {
  readonly entry: StoreEntry;
  readonly outcome: EntryOutcome;
  readonly span: Span;
  readonly epoch: number;
}

function settle(run: KnownRun, { entry, outcome, span, epoch }: Left): void {
  const isStill = run.stand === 'leaving' && run.owned!.epoch === epoch;
  if (outcome.kind === 'signalled') {
    expect(entry.op).toBe('park');
    expect(run.mayBeSignalled, 'something had come in').toBe(true);
    if (!isStill) return;
    run.told(span);
    Object.assign(run, {
      stand: 'held',
      keptSlot: false,
      owned: { ...run.owned!, signals: outcome.signals },
    });
    return;
  }
  if (outcome.kind === 'lost') {
    if (isStill) loseHold(run);
    return;
  }
  expect(outcome.kind).toBe('written');
  if (entry.op === 'finish') return end(run, entry.state === 'failed' ? 'failure' : 'success', span);
  // It was out of hands when it was cancelled.
  if (run.stand === 'over' && run.owned!.epoch === epoch) run.occupiedBy = undefined;
  if (!isStill) return;
  run.by = undefined;
  run.stand = entry.op === 'park' ? 'parked' : entry.op === 'pause' ? 'aside' : 'open';
  if (entry.op === 'release') run.standInLine(span.to);
}

/** It was cancelled, which may not be answered yet, or its executor was declared dead. */
function loseHold(run: KnownRun): void {
  expect(run.by!.isDying || run.cancelling > 0, `run ${run.id} was in hands`).toBe(true);
  run.keptSlot = false;
  if (run.by!.isDead) Object.assign(run, { stand: 'open', by: undefined, isAdrift: true });
  else run.stand = 'held';
}

function end(run: KnownRun, how: string, span: Span): void {
  run.by = undefined;
  run.occupiedBy = undefined;
  run.end(how, span);
}
