import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { type Dice, diceFrom } from '../dice.js';
import type { StoreHome } from '../store/bench.js';
import { bury, haunt } from './burying.js';
import { claim } from './claiming.js';
import { drain, expectAllEnded } from './drain.js';
import { leave, vacateSome } from './leaving.js';
import { cancel, prune, resume, send } from './meddling.js';
import type { Observe } from './observation.js';
import { expectInOrder } from './order.js';
import { prioritize, put } from './putting.js';
import { limit, pauseOrGoOn } from './ruling.js';
import { Watch } from './watch.js';
import { World } from './world.js';

export type { Observation, Observe } from './observation.js';

/** A store, and somebody who looks at its queues without taking part. */
export interface WatchedStore {
  readonly home: StoreHome;
  readonly observe: Observe;
}

type Act = (world: World, dice: Dice, watches: ReadonlyMap<string, Watch>) => Promise<void>;

/** What is done, each as often as it stands here. */
const ACTS: readonly Act[] = [
  ...Array<Act>(5).fill(put),
  ...Array<Act>(8).fill(claim),
  ...Array<Act>(6).fill(leave),
  ...Array<Act>(2).fill(cancel),
  ...Array<Act>(2).fill(vacateSome),
  ...Array<Act>(2).fill(send),
  prioritize,
  resume,
  bury,
  haunt,
  prune,
  limit,
  pauseOrGoOn,
];

/** How many act at once, and how often each does. */
const ACTORS = 8;
const ACTS_EACH = 40;

/**
 * Defines what must hold of queues whatever several executors do with them at once: no limit is exceeded, nobody is passed
 * over, lost, or taken twice, and everything ends. To be called in a test file.
 *
 * What each of those who act does at random hangs on HOLDFAST_SEED, the order in which they meet on chance. A round takes
 * a few seconds.
 *
 * @param rounds how many there are. HOLDFAST_ROUNDS overrides it. Default 2.
 */
export function queueLoadConformance(name: string, make: () => Promise<WatchedStore>, rounds = 2): void {
  const count = Number(process.env['HOLDFAST_ROUNDS'] ?? rounds);
  const seed = Number(process.env['HOLDFAST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  describe(`${name}: queues under load`, () => {
    for (let n = 0; n < count; n++) {
      it(`limits hold, and every run has its turn once, whatever is done at once (HOLDFAST_ROUNDS=1 HOLDFAST_SEED=${seed + n})`, {
        timeout: 60_000,
      }, async () => {
        const { home, observe } = await make();
        try {
          await play(home, observe, seed + n);
        } finally {
          await home.dispose();
        }
      });
    }
  });
}

async function play(home: StoreHome, observe: Observe, seed: number): Promise<void> {
  const dice = diceFrom(seed);
  const world = await World.open(home, dice);
  const watches = new Map(
    world.queues.map(({ name }) => [name, new Watch(() => observe(name, [...world.runs.keys()]))]),
  );
  let isOver = false;
  const untilOver = async (once: () => Promise<void>, times = Number.POSITIVE_INFINITY): Promise<void> => {
    try {
      for (let n = 0; n < times && !isOver; n++) await once();
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  const watching = untilOver(async () => {
    for (const watch of watches.values()) await watch.look();
    await turn();
  });
  const acting = Array.from({ length: ACTORS }, (_, n) => {
    const own = diceFrom(seed * ACTORS + n);
    return untilOver(() => own.pick(ACTS)(world, own, watches), ACTS_EACH);
  });
  const acted = Promise.all(acting).then(() => untilOver(() => drain(world, dice, watches), 1));
  try {
    await acted;
  } finally {
    isOver = true;
    await watching;
  }
  await expectAllEnded(world);
  expectInOrder(world.claims, [...world.runs.values()]);
  for (const watch of watches.values()) watch.expectWithinRates();
}
