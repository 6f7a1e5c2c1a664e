import { HoldfastError } from '../errors/index.js';
import type { Death } from '../store/index.js';

/** The outcome of waiting for a run that was cancelled. */
export function cancelledOutcome(runId: string): HoldfastError {
  return new HoldfastError(
    'RUN_CANCELLED',
    `Run "${runId}" was cancelled. app.runs.resume("${runId}") takes it up again.`,
    {
      details: { runId },
    },
  );
}

/** The outcome of a run that took longer than its time limit, or than that of the run that started it. */
export function timedOut(runId: string, deadlineMs: number): HoldfastError {
  const deadline = new Date(deadlineMs).toISOString();
  return new HoldfastError(
    'RUN_TIMED_OUT',
    `Run "${runId}" had not ended by its deadline, ${deadline}. app.runs.resume("${runId}") takes it up again, ` +
      'without a time limit.',
    { details: { runId, deadline } },
  );
}

/** The outcome of a run with which one executor after the other died. `lastCall` is the last that is recorded of it. */
export function setAsideError(
  runId: string,
  takeovers: number,
  deaths: readonly Death[],
  lastCall: { readonly seq: number; readonly name: string } | undefined,
): HoldfastError {
  const where = lastCall
    ? `after its call ${lastCall.seq} ("${lastCall.name}")`
    : 'before its first call was recorded';
  return new HoldfastError(
    'RUN_SET_ASIDE',
    `Run "${runId}" was set aside: ${takeovers} executors in a row died while they executed it, each ${where}. Find out ` +
      `what kills them there, then call app.runs.resume("${runId}").`,
    {
      details: {
        runId,
        takeovers,
        executors: deaths.map(({ executorId, host, pid, atMs }) => ({
          id: executorId,
          host,
          pid,
          diedAt: new Date(atMs).toISOString(),
        })),
        lastCall: lastCall ? { seq: lastCall.seq, name: lastCall.name } : null,
      },
    },
  );
}

/** The error of waiting for a result that did not come in time. The run goes on. */
export function resultTimedOut(runId: string, timeoutMs: number): HoldfastError {
  return new HoldfastError('TIMED_OUT', `Run "${runId}" had no result within ${timeoutMs} ms. It goes on.`, {
    details: { runId, timeoutMs },
  });
}

/** The error of a start whose id belongs to a run of another workflow. */
export function idConflict(runId: string, workflow: string): HoldfastError {
  return new HoldfastError(
    'RUN_ID_CONFLICT',
    `The run id "${runId}" belongs to a run of workflow "${workflow}". Choose ids that differ between workflows.`,
    { details: { runId, workflow } },
  );
}

/** The error of a singleton's run that calls the singleton: it would wait for its own end. */
export function waitsForItself(workflow: string, runId: string): HoldfastError {
  return new HoldfastError(
    'DUPLICATE_RUN',
    `Run "${runId}" of singleton "${workflow}" calls "${workflow}", and would wait for itself. Call a plain function instead.`,
    { details: { runId, workflow } },
  );
}

/** The error of asking for a run that is not there. */
export function runNotFound(runId: string): HoldfastError {
  return new HoldfastError('RUN_NOT_FOUND', `There is no run with the id "${runId}" in this store.`, {
    details: { runId },
  });
}

/** The error of a workflow that this app does not have. */
export function unknownWorkflow(name: string, known: readonly string[]): HoldfastError {
  const list = known.length > 0 ? known.map((one) => `"${one}"`).join(', ') : 'none';
  return new HoldfastError(
    'UNKNOWN_WORKFLOW',
    `This app does not have the workflow "${name}" (it has: ${list}). Add it to new Holdfast({ workflows: [...] }).`,
    { details: { workflow: name, known } },
  );
}

/** The error of using an app that was shut down, or is being shut down. */
export function shutDown(): HoldfastError {
  return new HoldfastError('SHUT_DOWN', 'This app is shut down. Make and launch another one to start runs.');
}

/** The error of using a client before it is open. */
export function notOpen(): HoldfastError {
  return new HoldfastError('NOT_LAUNCHED', 'This client is not open yet. Call await client.open() first.');
}

/** The error of using an app before its launch. */
export function notLaunched(): HoldfastError {
  return new HoldfastError('NOT_LAUNCHED', 'This app is not launched yet. Call await app.launch() first.');
}
