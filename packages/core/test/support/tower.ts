import { type ScheduleOptions, schedule } from '../../src/index.js';
import { type Bench, bench } from './bench.js';
import { ManualClock } from './manual-clock.js';
import { settled } from './signals.js';

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** The day of these tests. */
export const START_MS = Date.UTC(2030, 0, 1);

/** Their clocks begin a little past midnight, as a timer comes a little past the moment it is set for. */
export const LITTLE_MS = 2;

/** A clock, a store, and a workflow that writes down for which ticks it ran. */
export interface Tower extends Bench {
  readonly clock: ManualClock;
  readonly ran: string[];
  readonly note: ReturnType<typeof noteIn>;
  schedule(cron: string, options?: ScheduleOptions<[]>): void;
}

function noteIn({ workflow: define }: Bench, ran: string[]) {
  return define('note', async (scheduledAt: Date) => {
    ran.push(timeOf(scheduledAt));
  });
}

export async function tower(): Promise<Tower> {
  const clock = new ManualClock(START_MS + LITTLE_MS);
  const made = await bench({ clock });
  const ran: string[] = [];
  const note = noteIn(made, ran);
  return {
    ...made,
    clock,
    ran,
    note,
    schedule: (cron, options = {}) =>
      void schedule('ticking', cron, note, { registry: made.registry, ...options }),
  };
}

/** The time of day, or the day if it is another. */
export function timeOf(moment: Date): string {
  return moment.toISOString().replace('2030-01-01T', '').replace('.000Z', '');
}

/** Lets an app that is launched settle, then lets time pass at once. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  await settled();
  clock.advance(ms);
  await settled();
}
