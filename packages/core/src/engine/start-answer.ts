import type { ChildCall } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';

/** What the store says to a start. */
export type StartAnswer =
  | { readonly kind: 'new' }
  /** There is a run with this id: its own from before, or anybody's. */
  | { readonly kind: 'exists' }
  /** This run, which has not ended, has the deduplication key. */
  | { readonly kind: 'duplicate'; readonly runId: string; readonly workflow: string };

/**
 * The run that a start joins, as that one has its deduplication key.
 *
 * @throws HoldfastError DUPLICATE_RUN if it is to be rejected, or is not of the same workflow.
 */
export function joinedRun(
  call: Pick<ChildCall, 'workflow' | 'onDuplicate' | 'terms'>,
  holder: { readonly runId: string; readonly workflow: string },
): string {
  const { workflow, onDuplicate = workflow.isSingleton ? 'join' : 'reject' } = call;
  const { runId } = holder;
  if (onDuplicate === 'join' && holder.workflow === workflow.name) return runId;
  const deduplicationKey = workflow.isSingleton ? workflow.name : call.terms?.deduplicationKey;
  const details = { runId, workflow: holder.workflow, deduplicationKey };
  if (onDuplicate === 'join') {
    throw new HoldfastError(
      'DUPLICATE_RUN',
      `Run "${runId}" has the deduplication key "${deduplicationKey}" and is of workflow "${holder.workflow}", so a start ` +
        `of "${workflow.name}" cannot join it. Choose keys that differ between workflows.`,
      { details },
    );
  }
  throw new HoldfastError(
    'DUPLICATE_RUN',
    workflow.isSingleton
      ? `Workflow "${workflow.name}" is a singleton, and run "${runId}" of it has not ended.`
      : `Run "${runId}" has the deduplication key "${deduplicationKey}" and has not ended. Start again when it has, or ` +
          "join it with { onDuplicate: 'join' }.",
    { details },
  );
}
