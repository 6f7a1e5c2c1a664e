import { randomUUID } from 'node:crypto';
import { type EntryOutcome, PLAIN_TERMS } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Dice } from '../dice.js';
import { payload, start } from '../store/entries.js';
import { KnownRun } from './known-run.js';
import type { Span } from './span.js';
import type { World } from './world.js';

/** Puts one run or more into queues, in one batch. */
export async function put(world: World, dice: Dice): Promise<void> {
  const count = Math.floor(dice.between(1, 4));
  const runs = Array.from({ length: count }, (_, nth) => newRun(world, dice, nth));
  for (const run of runs) world.runs.set(run.id, run);
  const store = dice.pick(world.stores);
  // A start holds on to its parent, so that a claim passes that over.
  const parents = runs.flatMap(({ run }) => world.runs.get(run.parentId ?? '') ?? []);
  const { answer, ...span } = await world.onRuns(parents, () =>
    store.commit(runs.map(({ run }) => start(run))),
  );
  for (const [n, run] of runs.entries()) settle(world, run, answer[n]!, span);
  for (const parent of parents) parent.standInLine(span.to);
}

function newRun(world: World, dice: Dice, nth: number): KnownRun {
  const id = `run ${world.ticks.next()} ${randomUUID()}`;
  const parent = dice.fraction() < 0.2 ? world.some(dice, 1, ({ stand }) => stand !== 'over')[0] : undefined;
  const run = {
    ...PLAIN_TERMS,
    id,
    key: randomUUID(),
    workflow: world.workflow,
    version: dice.pick(['1', '2']),
    input: payload([]),
    tags: null,
    executorId: null,
    delayMs: dice.fraction() < 0.2 ? 40 : 0,
    startedAtMs: null,
    traceContext: null,
    parentId: parent?.id ?? null,
    queue: dice.pick(world.queues).name,
    priority: Math.floor(dice.between(0, 4)),
    partitionKey: dice.pick([null, 'a', 'b']),
    deduplicationKey: dice.fraction() < 0.15 ? dice.pick(['x', 'y', 'z']) : null,
  };
  return new KnownRun(run, nth);
}

function settle(world: World, run: KnownRun, outcome: EntryOutcome, span: Span): void {
  if (outcome.kind === 'written') {
    run.put = span;
    expect(
      rivals(world, run).filter((other) => surelyOpenDuring(other, span)),
      'runs with its key',
    ).toEqual([]);
    if (run.claimed === undefined) run.standInLine(span.to);
    return;
  }
  world.runs.delete(run.id);
  if (outcome.kind === 'duplicate') {
    const holder = world.runs.get(outcome.runId);
    expect(holder && rivals(world, run).includes(holder), 'the holder of its key has it').toBe(true);
    expect(holder!.ended === undefined || holder!.ended.to > span.from, 'the holder had not ended').toBe(
      true,
    );
    return;
  }
  // Its parent was cancelled, or is just being.
  expect(outcome).toEqual({ kind: 'lost' });
  const parent = world.runs.get(run.run.parentId!);
  expect(parent!.cancelling > 0 || parent!.wasCancelled, 'its parent was cancelled').toBe(true);
}

function rivals(world: World, { id, queue, run: { deduplicationKey } }: KnownRun): KnownRun[] {
  if (deduplicationKey === null) return [];
  return [...world.runs.values()].filter(
    (other) => other.id !== id && other.queue === queue && other.run.deduplicationKey === deduplicationKey,
  );
}

function surelyOpenDuring({ put: was, stand, inFlight }: KnownRun, { from }: Span): boolean {
  return was !== undefined && was.to < from && stand !== 'over' && inFlight === 0;
}

/** Gives a run that nobody has begun another priority. */
export async function prioritize(world: World, dice: Dice): Promise<void> {
  const [run] = world.some(
    dice,
    1,
    ({ stand, hasBegun, inFlight }) => stand === 'open' && !hasBegun && !inFlight,
  );
  if (!run) return;
  const priority = Math.floor(dice.between(0, 4));
  const { answer, to } = await world.onRuns([run], () =>
    dice.pick(world.stores).pending.setPriority(run.id, priority),
  );
  if (answer) run.priority = priority;
  run.standInLine(to);
}
