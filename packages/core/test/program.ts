import fc from 'fast-check';
import { sleep, step } from '../src/index.js';

/** A workflow as data: what a property-based test generates and a run executes. */
export type Program =
  | { readonly kind: 'step'; readonly name: string; readonly work: number; readonly fails: boolean }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'chain' | 'all' | 'race' | 'settled'; readonly parts: readonly Program[] };

/** Names come from a few, so that equal step names run side by side. */
const name = fc.constantFrom('a', 'b', 'c');

export const programs: fc.Arbitrary<Program> = fc.letrec<{ program: Program }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({
      kind: fc.constant('step' as const),
      name,
      work: fc.nat(6),
      fails: fc.boolean().map((b) => b && true),
    }),
    fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(4) }),
    fc.record({
      kind: fc.constantFrom('chain' as const, 'all' as const, 'race' as const, 'settled' as const),
      parts: fc.array(tie('program'), { minLength: 1, maxLength: 4 }),
    }),
  ),
})).program;

/** What a workflow saw, in the order in which it saw it. */
export type Sighting = string;

/** How the bodies of steps behave: a number that differs at every execution, after some turns of the event loop. */
export interface World {
  effect(name: string): number;
}

/** Executes a program inside a run, writing down everything that the workflow's own code gets to see. */
export async function execute(program: Program, world: World, seen: Sighting[], at = '$'): Promise<unknown> {
  switch (program.kind) {
    case 'step': {
      try {
        const value = await step.run(program.name, () => body(program, world));
        seen.push(`${at} ${program.name} -> ${value}`);
        return value;
      } catch (error) {
        seen.push(`${at} ${program.name} threw ${(error as Error).message}`);
        throw error;
      }
    }
    case 'sleep':
      await sleep(program.ms);
      seen.push(`${at} woke`);
      return 'slept';
    case 'chain': {
      const values: unknown[] = [];
      for (const [index, part] of program.parts.entries()) {
        values.push(
          await execute(part, world, seen, `${at}.${index}`).catch((error: Error) => error.message),
        );
      }
      return values;
    }
    case 'all':
      return Promise.all(program.parts.map((part, index) => execute(part, world, seen, `${at}.${index}`)));
    case 'race':
      return Promise.race(program.parts.map((part, index) => execute(part, world, seen, `${at}.${index}`)));
    case 'settled':
      return Promise.allSettled(
        program.parts.map((part, index) => execute(part, world, seen, `${at}.${index}`)),
      ).then((results) =>
        results.map((result) =>
          result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
        ),
      );
  }
}

async function body(program: Extract<Program, { kind: 'step' }>, world: World): Promise<number> {
  for (let turn = 0; turn < program.work; turn++) await new Promise((resolve) => setImmediate(resolve));
  const value = world.effect(program.name);
  if (program.fails && value % 3 === 0) throw new Error(`bad luck ${value}`);
  return value;
}
