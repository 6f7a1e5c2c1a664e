import { isMail, type StepEntry, type StoreEntry } from '@holdfast/core/internal';
import type { BatchKinds, Form } from '../sql/batch/commit.js';

/**
 * Which kinds of writes a batch holds, and in what form each is written: plainly if all of its entries can be, but for
 * what comes with mail.
 *
 * @param most `full`: nothing is written plainly.
 */
export function kindsOf(entries: readonly StoreEntry[], most: Form): BatchKinds {
  const are = { starts: most, steps: most, changes: most };
  const has = { starts: false, steps: false, changes: false, mail: false };
  let executorId: string | undefined;
  for (const entry of entries) {
    if (entry.op === 'start') {
      has.starts = true;
      executorId ??= entry.run.executorId ?? undefined;
      if (!isPlainStart(entry, executorId)) are.starts = 'full';
    } else if (entry.op === 'step') {
      has.steps = true;
      if (!isPlainStep(entry)) are.steps = 'full';
    } else if (isMail(entry)) {
      has.mail = true;
    } else {
      has.changes = true;
      if (entry.op !== 'finish' || entry.parentId !== null) are.changes = 'full';
    }
  }
  const form = (kind: 'starts' | 'steps' | 'changes'): Form | null =>
    has[kind] ? (has.mail ? 'full' : are[kind]) : null;
  return { starts: form('starts'), steps: form('steps'), changes: form('changes'), mail: has.mail };
}

function isPlainStart(
  { run }: StoreEntry & { readonly op: 'start' },
  executorId: string | undefined,
): boolean {
  return (
    run.executorId !== null &&
    run.executorId === executorId &&
    run.queue === null &&
    run.partitionKey === null &&
    run.priority === 0 &&
    run.deduplicationKey === null &&
    run.parentId === null &&
    run.schedule === null &&
    run.delayMs === 0
  );
}

function isPlainStep(entry: StepEntry): boolean {
  return (
    entry.ordinal !== null &&
    entry.output !== null &&
    entry.error === null &&
    entry.childId === null &&
    entry.retryAtMs === null &&
    !entry.isNoted &&
    !entry.hasUndo
  );
}
