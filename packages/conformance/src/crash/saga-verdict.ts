import { expect } from 'vitest';
import { LATE_STEP, SAGA_STEPS } from './saga-programs.js';
import type { Scene, StepRow } from './scene.js';

/**
 * Every success of a saga that has an undo was undone, the last recorded result first, whatever was killed in between.
 * Answers how many undos there were. That none ran again, and that its row is there once, holds for all kinds of steps.
 */
export async function expectSagasUndone(scene: Scene): Promise<number> {
  const [runs, steps, executions] = [await scene.runs(), await scene.steps(), scene.executions()];
  let count = 0;
  for (const { id } of runs.filter(({ workflow }) => workflow === 'saga')) {
    const own = steps.filter(({ run }) => run === id);
    const done = namesByOrdinal(own.filter(isToBeUndone)).reverse();
    expect(done.filter((name) => name !== LATE_STEP).sort(), `successes of ${id}`).toEqual(
      [...SAGA_STEPS].sort(),
    );
    const undos = own.filter(({ kind }) => kind === 'undo');
    expect(undos.filter(({ hasOutput }) => !hasOutput)).toEqual([]);
    const expected = done.map((name) => `undo ${name}`);
    expect(namesByOrdinal(undos), `undos recorded of ${id}`).toEqual(expected);
    const begun = executions.filter(({ run }) => run === id).map(({ name }) => name);
    const firstUndo = begun.findIndex(isUndo);
    expect(
      begun.slice(firstUndo).filter((name) => !isUndo(name)),
      `begun in the undoing of ${id}`,
    ).toEqual([]);
    expect([...new Set(begun.filter(isUndo))], `undos executed of ${id}`).toEqual(expected);
    count += undos.length;
  }
  return count;
}

function isUndo(name: string): boolean {
  return name.startsWith('undo ');
}

function isToBeUndone({ kind, name, hasOutput }: StepRow): boolean {
  return kind !== 'undo' && hasOutput && /^(book|record) /.test(name);
}

function namesByOrdinal(steps: readonly StepRow[]): string[] {
  return [...steps].sort((a, b) => a.ordinal! - b.ordinal!).map(({ name }) => name);
}
