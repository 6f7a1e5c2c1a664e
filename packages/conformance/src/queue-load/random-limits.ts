import {
  changedLimits,
  isHoldfastError,
  NO_LIMITS,
  type QueueLimitOptions,
  type QueueLimits,
  type RateLimit,
} from '@holdfast/core/internal';
import type { Dice } from '../dice.js';

/** Narrow ones, so that they are met often. */
export function randomLimits(dice: Dice): QueueLimits {
  for (;;) {
    try {
      return changedLimits(NO_LIMITS, options(dice), 'queue');
    } catch (error) {
      // Limits that contradict each other.
      if (!isHoldfastError(error) || error.code !== 'INVALID_OPTION') throw error;
    }
  }
}

function options(dice: Dice): QueueLimitOptions {
  const maybe = <T>(make: () => T): T | null => (dice.fraction() < 0.5 ? make() : null);
  const count = (): number => Math.floor(dice.between(1, 5));
  const rate = (): RateLimit => ({ limit: count(), per: Math.floor(dice.between(64, 200)) });
  return {
    concurrency: maybe(count),
    workerConcurrency: maybe(count),
    rateLimit: maybe(rate),
    partition: { concurrency: maybe(count), rateLimit: maybe(rate), weights: maybe(() => ({ a: 3 })) },
    parkedHoldSlots: dice.fraction() < 0.5,
  };
}
