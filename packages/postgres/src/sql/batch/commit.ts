import { number, textOrNull } from '../cells.js';
import type { Schema } from '../names.js';
import { type Statement, statement, type Value } from '../statement.js';
import { changes } from './changes.js';
import type { BatchPart } from './part.js';
import { starts } from './starts.js';
import { steps } from './steps.js';

/** An entry that was not plainly written, and what stood in its way if that is known; or of which there is something to say. */
export interface BatchAnswer {
  readonly at: number;
  readonly why: 'missing' | 'ended' | 'closed' | 'lost' | 'woke' | 'awaited' | null;
}

export function decodeAnswer(row: Readonly<Record<string, unknown>>): BatchAnswer {
  return { at: number(row['at']), why: textOrNull(row['why']) as BatchAnswer['why'] };
}

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
 * were not plainly written, or that there is something to say of; usually there are none.
 *
 * There is one statement for each combination of kinds, so that the common batch of a single kind costs no more than it
 * must. The parameters are the rows of the starts, the steps and the changes, as far as there are any, as JSON text.
 */
export function commitBatch(kinds: Omit<BatchKinds, 'mail'>): Statement<readonly Value[], BatchAnswer> {
  const name = ['commit', kinds.starts && 'starts', kinds.steps && 'steps', kinds.changes && 'changes']
    .filter(Boolean)
    .join('_');
  const known = made.get(name) ?? statement(name, (s) => batchText(s, kinds), decodeAnswer);
  made.set(name, known);
  return known;
}

const made = new Map<string, Statement<readonly Value[], BatchAnswer>>();

function batchText(s: Schema, kinds: Omit<BatchKinds, 'mail'>): string {
  const parts: readonly BatchPart[] = [
    ...(kinds.starts ? [starts] : []),
    ...(kinds.steps ? [steps] : []),
    ...(kinds.changes ? [changes] : []),
  ];
  const writes = parts.map((part, i) => part.writes(s, `$${i + 1}`));
  const unsettled = parts.map((part) => part.unsettled).join('\nunion all');
  const remarks = parts.flatMap((part) => (part.remarks ? [`\nunion all\n${part.remarks}`] : []));
  return `with${writes.join(',')}
select u.at, null as why from (${unsettled}
) u${remarks.join('')}`;
}
