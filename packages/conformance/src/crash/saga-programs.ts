import { currentRun, step, type Workflow, workflow } from '@holdfast/core/internal';
import type { Means } from './means.js';

/** What sagas are made of. */
export interface SagaSteps {
  /** Notes that a step's body runs, and takes its time. */
  readonly work: (label: string) => Promise<string>;
  /** The same, and leaves the row of the step. */
  readonly effect: (tx: unknown, label: string) => Promise<string>;
}

/** The steps of a saga that have an undo and succeed before it fails. */
export const SAGA_STEPS = ['book hotel', 'record hotel', 'book seat', 'record seat', 'book meal'] as const;
/** One that is under way when the saga fails. It may or may not succeed before that is recorded. */
export const LATE_STEP = 'book late';
export const SAGA_ERROR = 'out of money';

/** A workflow that fails at its end and takes back what it did. */
export function sagaPrograms(
  { registry, orm }: Means,
  { work, effect }: SagaSteps,
): Readonly<Record<'saga', Workflow<[], unknown>>> {
  const quickly = { attempts: 5, initial: 15, jitter: false } as const;
  const stumble = (): void => {
    const { attempt } = currentRun()!.step!;
    if (attempt < 2) throw new Error(`attempt ${attempt}`);
  };
  const book = (what: string): Promise<string> =>
    step.run(`book ${what}`, () => work(`book ${what}`), { undo: () => work(`undo book ${what}`) });
  const bookAndStumble = (what: string): Promise<string> =>
    step.run(`book ${what}`, () => work(`book ${what}`), {
      async undo() {
        await work(`undo book ${what}`);
        stumble();
      },
      undoRetry: quickly,
    });
  const record = (what: string): Promise<string> =>
    orm.steps.run(`record ${what}`, (tx) => effect(tx, `record ${what}`), {
      undo: (tx) => effect(tx, `undo record ${what}`),
    });
  const recordAndStumble = (what: string): Promise<string> =>
    orm.steps.run(`record ${what}`, (tx) => effect(tx, `record ${what}`), {
      async undo(tx) {
        await effect(tx, `undo record ${what}`);
        stumble();
      },
      undoRetry: quickly,
    });
  const pay = step('pay', async () => {
    await work('pay');
    throw new Error(SAGA_ERROR);
  });

  const saga = workflow('saga', { registry }, async () => {
    await Promise.all([
      book('hotel').then(() => record('hotel')),
      bookAndStumble('seat').then(() => recordAndStumble('seat')),
    ]);
    await step.run('look', () => work('look'));
    await book('meal');
    await Promise.all([pay(), book('late')]);
  });
  return { saga };
}
