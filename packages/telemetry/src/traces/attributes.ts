import type { SeenAttempt, SeenCall, SeenRun, SeenStart } from '@holdfast/core/adapter';
import type { Attributes } from '@opentelemetry/api';

/** What is said of a start. */
export function startAttributes({ runId, workflow, queue, schedule }: SeenStart): Attributes {
  return {
    'holdfast.workflow': workflow,
    'holdfast.run.id': runId,
    ...(queue !== null && { 'holdfast.queue': queue }),
    ...(schedule !== null && { 'holdfast.schedule': schedule }),
  };
}

/** What is said of a run that is in an executor's hands. */
export function runAttributes(run: SeenRun): Attributes {
  const { runId, workflow, version, executorId, epoch, takeovers, queue, parentId } = run;
  return {
    'holdfast.workflow': workflow,
    'holdfast.workflow.version': version,
    'holdfast.run.id': runId,
    'holdfast.run.epoch': epoch,
    'holdfast.run.takeovers': takeovers,
    'holdfast.executor.id': executorId,
    ...(queue !== null && { 'holdfast.queue': queue }),
    ...(parentId !== null && { 'holdfast.run.parent_id': parentId }),
  };
}

/** What is said of a call of a workflow. */
export function callAttributes(run: SeenRun, call: SeenAttempt | SeenCall): Attributes {
  return {
    'holdfast.workflow': run.workflow,
    'holdfast.run.id': run.runId,
    'holdfast.call.kind': call.kind,
    'holdfast.call.name': call.name,
    'holdfast.call.seq': call.seq,
    ...('attempt' in call && { 'holdfast.step.attempt': call.attempt }),
    ...('runId' in call && call.runId !== null && { 'holdfast.call.run_id': call.runId }),
  };
}

/** The name of the span of a call: `step charge card`. */
export function callName({ kind, name }: SeenAttempt | SeenCall): string {
  // Of these the name is the id of a run, or begins with the kind.
  if (kind === 'result' || kind === 'sleep') return kind;
  return kind === 'undo' ? name : `${kind} ${name}`;
}
