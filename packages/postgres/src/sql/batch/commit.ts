import { number, textOrNull } from '../cells.js';
import type { Schema } from '../names.js';
import { nothing, type Statement, statement, type Value } from '../statement.js';
import { changes } from './changes.js';
import type { BatchPart } from './part.js';
import { plainEnds } from './plain/ends.js';
import { lonePlainStart, plainStarts } from './plain/starts.js';
import { lonePlainStep, plainSteps } from './plain/steps.js';
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

/**
 * How entries of one kind are written. `plain` ones are of the common sort, and pass over what only the others need; it takes
 * half to three quarters of the time. `full` writes whatever there is.
 */
export type Form = 'plain' | 'full';

/** Which kinds of writes a batch holds, and in what form. */
export interface BatchKinds {
  readonly starts: Form | null;
  readonly steps: Form | null;
  readonly changes: Form | null;
  /** Then all kinds but starts go as one, and each in full: see {@link commitMail}. */
  readonly mail: boolean;
}

/** Each kind in each form, with what stands for it in the name of a statement (the server keeps 63 characters). */
const PARTS = {
  starts: { full: ['starts', starts], plain: ['begins', plainStarts] },
  steps: { full: ['steps', steps], plain: ['calls', plainSteps] },
  changes: { full: ['changes', changes], plain: ['ends', plainEnds] },
} as const satisfies Record<string, Record<Form, readonly [name: string, part: BatchPart]>>;

/**
 * Writes a batch: one statement, so one round trip and one transaction. Its rows are the places of those entries that
 * were not plainly written, or that there is something to say of; usually there are none.
 *
 * There is one statement for each combination of kinds and forms, so that the common batch costs no more than it
 * must. The parameters are the rows of the starts, the steps and the changes, as far as there are any, as JSON text.
 */
export function commitBatch(kinds: Omit<BatchKinds, 'mail'>): Statement<readonly Value[], BatchAnswer> {
  const parts = (['starts', 'steps', 'changes'] as const).flatMap((kind) => {
    const form = kinds[kind];
    return form === null ? [] : [PARTS[kind][form]];
  });
  const name = ['commit', ...parts.map(([word]) => word)].join('_');
  const known =
    made.get(name) ??
    statement(
      name,
      (s) =>
        batchText(
          s,
          parts.map(([, part]) => part),
        ),
      decodeAnswer,
    );
  made.set(name, known);
  return known;
}

/**
 * Writes a single entry that is a plain start or a plain step: a bare insert, which takes a sixth less time than one among
 * the expressions of a batch. It gives a row if the entry was written. Undefined for all other entries.
 */
export function commitLone(kinds: BatchKinds): Statement<readonly Value[], undefined> | undefined {
  if (kinds.starts === 'plain') return loneStart;
  return kinds.steps === 'plain' ? loneStep : undefined;
}

const loneStart = statement<readonly Value[], undefined>('commit_begin', lonePlainStart, nothing);
const loneStep = statement<readonly Value[], undefined>('commit_call', lonePlainStep, nothing);

const made = new Map<string, Statement<readonly Value[], BatchAnswer>>();

function batchText(s: Schema, parts: readonly BatchPart[]): string {
  const writes = parts.map((part, i) => part.writes(s, `$${i + 1}`));
  const unsettled = parts.map((part) => part.unsettled).join('\nunion all');
  const remarks = parts.flatMap((part) => (part.remarks ? [`\nunion all\n${part.remarks}`] : []));
  return `with${writes.join(',')}
select u.at, null as why from (${unsettled}
) u${remarks.join('')}`;
}
