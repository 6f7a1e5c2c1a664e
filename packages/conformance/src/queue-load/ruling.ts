import type { QueueLimits } from '@holdfast/core/internal';
import type { Dice } from '../dice.js';
import type { KnownQueue } from './known-queue.js';
import { randomLimits } from './random-limits.js';
import type { Watch } from './watch.js';
import type { World } from './world.js';

/** Gives a queue other limits while claims are under way. */
export async function limit(world: World, dice: Dice, watches: ReadonlyMap<string, Watch>): Promise<void> {
  const queue = dice.pick(world.queues);
  await limitTo(world, queue, randomLimits(dice), watches.get(queue.name)!);
}

export async function limitTo(
  world: World,
  queue: KnownQueue,
  limits: QueueLimits,
  watch: Watch,
): Promise<void> {
  const { queues } = world.stores[0]!;
  await queue.change({ limits }, async () => {
    await watch.look();
    const { revision } = (await queues.find(queue.name))!;
    if (!(await queues.save(queue.name, limits, revision)))
      throw new Error('somebody else changed the limits');
    await watch.look();
  });
}

/** Lets nothing be taken from a queue, or lets it go on. */
export async function pauseOrGoOn(world: World, dice: Dice): Promise<void> {
  const queue = dice.pick(world.queues);
  // More often on than off.
  await pauseIf(world, queue, queue.rules?.isPaused === false && dice.fraction() < 0.5);
}

export async function pauseIf(world: World, queue: KnownQueue, isPaused: boolean): Promise<void> {
  await queue.change({ isPaused }, async () => {
    await world.stores[0]!.queues.pause(queue.name, isPaused);
  });
}
