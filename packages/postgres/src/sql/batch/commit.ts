import { number } from '../cells.js';
import type { Schema } from '../names.js';
import { type Statement, statement, type Value } from '../statement.js';
import { changes } from './changes.js';
import type { BatchPart } from './part.js';
import { starts } from './starts.js';
import { steps } from './steps.js';

/** Which kinds of writes a batch holds. */
export interface BatchKinds {
  readonly starts: boolean;
  readonly steps: boolean;
  readonly changes: boolean;
  /** Then all kinds but starts go as one: see {@link commitMail}. */
  readonly mail: boolean;
}

/**
 * Writes a batch: one statement, so one round trip and one transaction. Its rows are the places of those entries that
 * were not plainly written; usually there are none.
 *
 * There is one statement for each combination of kinds, so that the common batch of a single kind costs no more than it
 * must. The parameters are the rows of the starts, the steps and the changes, as far as there are any, as JSON text.
 */
export function commitBatch(kinds: Omit<BatchKinds, 'mail'>): Statement<readonly Value[], number> {
  const name = ['commit', kinds.starts && 'starts', kinds.steps && 'steps', kinds.changes && 'changes']
    .filter(Boolean)
    .join('_');
  const known =
    made.get(name) ??
    statement(
      name,
      (s) => batchText(s, kinds),
      (row) => number(row['at']),
    );
  made.set(name, known);
  return known;
}

const made = new Map<string, Statement<readonly Value[], number>>();

function batchText(s: Schema, kinds: Omit<BatchKinds, 'mail'>): string {
  const parts: readonly BatchPart[] = [
    ...(kinds.starts ? [starts] : []),
    ...(kinds.steps ? [steps] : []),
    ...(kinds.changes ? [changes] : []),
  ];
  const writes = parts.map((part, i) => part.writes(s, `$${i + 1}`));
  return `with${writes.join(',')}${parts.map((part) => part.unsettled).join('\nunion all')}`;
}
