import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sleep, step } from '../src/index.js';
import { type CrashPoint, executeWithCrashes } from './crashing.js';
import { execute, programs, type Sighting } from './program.js';

/** Programs to generate. HOLDFAST_PROGRAMS=2000 pnpm test explores further. */
const RUNS = Number(process.env['HOLDFAST_PROGRAMS'] ?? 150);

const crashPoints: fc.Arbitrary<CrashPoint[]> = fc.array(
  fc.record({ commit: fc.nat(8), when: fc.constantFrom('before' as const, 'after' as const) }),
  { maxLength: 4 },
);

/** Kills the executor when all is done but the end is not recorded: the next one replays the whole journal. */
const AT_THE_END: CrashPoint = { commit: 'finish', when: 'before' };

describe('recorded order', () => {
  test('parallel chains, races and equal step names replay to what they saw, wherever they crashed', async () => {
    await fc.assert(
      fc.asyncProperty(programs, crashPoints, async (program, crashes) => {
        const seen: Sighting[][] = [];
        let effects = 0;
        const { outcome, executors } = await executeWithCrashes(
          (executor) => {
            const sightings: Sighting[] = [];
            seen[executor] = sightings;
            return execute(program, { effect: () => ++effects }, sightings);
          },
          [...crashes, AT_THE_END, AT_THE_END],
        );
        if (outcome.status === 'rejected') expect((outcome.reason as Error).message).toMatch(/^bad luck/);
        expectOneHistory(seen);
        expect(executors).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: RUNS, timeout: 5000, endOnFailure: true },
    );
  }, 120_000);

  test('a race between a step and a timer replays to the same winner', async () => {
    const winners: string[] = [];
    for (let round = 0; round < 20; round++) {
      const seen: string[] = [];
      await executeWithCrashes(async () => {
        const slow = step.run('slow', async () => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          return 'step';
        });
        const winner = await Promise.race([slow, sleep(2).then(() => 'timer')]);
        await step.run('after', () => winner);
        seen.push(winner);
        winners.push(winner);
      }, [AT_THE_END, AT_THE_END]);
      expect(new Set(seen).size).toBe(1);
      expect(seen.length).toBe(3);
    }
    expect(winners.length).toBe(60);
  });
});

/** Each executor saw what those before it saw, and went on from there. */
function expectOneHistory(seen: readonly (readonly Sighting[] | undefined)[]): void {
  let longest: readonly Sighting[] = [];
  for (const sightings of seen) {
    if (!sightings) continue;
    const common = Math.min(longest.length, sightings.length);
    expect(sightings.slice(0, common)).toEqual(longest.slice(0, common));
    if (sightings.length > longest.length) longest = sightings;
  }
}
