import type { MailDefinition } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { EntryOutcome } from '../store/index.js';
import { runNotFound } from './run-errors.js';

type Named = Pick<MailDefinition, 'kind' | 'name'>;

/** What was waited for did not come in time. */
export function timedOut({ kind, name }: Named, runId: string, timeoutMs: number | undefined): HoldfastError {
  const what = {
    channel: `No message on channel "${name}" came for run "${runId}"`,
    event: `Run "${runId}" did not set its event "${name}"`,
    stream: `No value came on stream "${name}" of run "${runId}"`,
  }[kind];
  return new HoldfastError('TIMED_OUT', `${what} within ${timeoutMs} ms.`, {
    details: { [kind]: name, runId, timeoutMs },
  });
}

/** The error of sending or showing something to, or on behalf of, a run that has ended. */
export function runFinished({ kind, name }: Named, runId: string): HoldfastError {
  return new HoldfastError(
    'RUN_FINISHED',
    `Run "${runId}" has ended, so nothing more goes through its ${kind} "${name}".`,
    { details: { [kind]: name, runId } },
  );
}

/** The error of waiting for an event of a run that has ended and never set it. */
export function eventNeverSet(name: string, runId: string): HoldfastError {
  return new HoldfastError('RUN_FINISHED', `Run "${runId}" has ended and never set its event "${name}".`, {
    details: { event: name, runId },
  });
}

/** The error of showing something of a run that this executor holds no longer. */
export function runLost({ kind, name }: Named, runId: string): HoldfastError {
  return new HoldfastError(
    'RUN_LOST',
    `Run "${runId}" was cancelled or taken over by another executor, so this one writes nothing more to its ${kind} ` +
      `"${name}".`,
    { details: { [kind]: name, runId } },
  );
}

/** The error of a write to a closed stream. */
export function streamClosed(name: string, runId: string): HoldfastError {
  return new HoldfastError('STREAM_CLOSED', `The stream "${name}" of run "${runId}" is closed.`, {
    details: { stream: name, runId },
  });
}

/** The error of a second reader while the first one waits for a value. */
export function streamInUse(name: string, runId: string): HoldfastError {
  return new HoldfastError(
    'STREAM_IN_USE',
    `This run is waiting for a value of stream "${name}" of run "${runId}" already. Read it in one place at a time.`,
    { details: { stream: name, runId } },
  );
}

/** The error of an entry that was not written; undefined for one that was, or that was there already. */
export function obstacle(definition: Named, runId: string, outcome: EntryOutcome): Error | undefined {
  switch (outcome.kind) {
    case 'written':
    case 'exists':
    case 'duplicate':
    case 'signalled':
      return undefined;
    case 'missing':
      return runNotFound(runId);
    case 'ended':
      return runFinished(definition, runId);
    case 'closed':
      return streamClosed(definition.name, runId);
    case 'lost':
      return runLost(definition, runId);
    case 'refused':
      return outcome.error;
  }
}
