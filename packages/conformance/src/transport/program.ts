import {
  currentRun,
  type Registry,
  type StandardSchema,
  step,
  type Workflow,
  workflow,
} from '@holdfast/core/internal';
import type { Ledger } from '../crash/ledger.js';
import type { Delivery } from './delivery.js';
import type { Passage } from './passage.js';

/** The workflow that deliveries start. */
export const TAKE_IN = 'take in';

/** The workflow of the suite: it notes in the ledger which delivery it is the run of. */
export function takeIn(
  registry: Registry,
  ledger: Ledger,
  passage: Passage,
): Workflow<[delivery: Delivery], string> {
  return workflow(TAKE_IN, { registry, input: deliverySchema(passage) }, async (delivery) => {
    await step.run('note', () => {
      const { id: run, epoch, step } = currentRun()!;
      const { seq, attempt } = step!;
      ledger.begin({ run, epoch, seq, attempt, name: delivery.id, pid: process.pid });
    });
    return delivery.id;
  });
}

/** The schema is what every start goes through before anything is written, whichever way it comes: so it is the gate. */
function deliverySchema(passage: Passage): StandardSchema<Delivery> {
  return {
    '~standard': {
      version: 1,
      vendor: 'holdfast-conformance',
      validate: async (value) => {
        const { id } = Object(value) as { readonly id?: unknown };
        if (typeof id !== 'string') return { issues: [{ message: 'it must be a string', path: ['id'] }] };
        await passage.enter({ id });
        return { value: { id } };
      },
    },
  };
}
