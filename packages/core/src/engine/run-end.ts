import type { Outcome, Payload } from '../replay/index.js';
import type { EntryOutcome, FinishEntry, OwnedRun, StepEntry } from '../store/index.js';
import type { Bodies } from './bodies.js';
import type { RunHost } from './run-host.js';
import { settleError } from './settle.js';
import { writeRefused } from './step-errors.js';

/** How a run ended; a cancelled one may have no error. */
export type Ending = Outcome | { readonly ok: false; readonly error: Payload | null };

/** A run that leaves its executor. */
export interface Leaving {
  readonly run: OwnedRun;
  readonly host: RunHost;
  readonly bodies: Bodies;
}

/** Records that a run ended, and lets its executor know. */
export async function endRun(of: Leaving, state: FinishEntry['state'], ending: Ending): Promise<void> {
  const { run, host, bodies } = of;
  const { id: runId, epoch, parentId, workflow } = run;
  const [output, error] = ending.ok ? [ending.value, null] : [null, ending.error];
  const entry = { op: 'finish', runId, epoch, state, output, error, parentId } as const;
  const written = await host.committer.submit(entry);
  if (written.kind === 'written') {
    const status = { id: runId, workflow, state, executorId: null, output, error } as const;
    return host.departed(run, { kind: 'finished', status, isAwaited: written.isAwaited ?? false });
  }
  if (written.kind !== 'refused') return host.departed(run, { kind: 'lost', bodies });
  if (!ending.ok) return host.departed(run, { kind: 'broken', error: written.error });
  return endRun(of, 'failed', refused(run, host, written.error));
}

/** Gives a run back that is about to fail, for its undos to be run by whoever takes it up next. */
export async function beginUnwinding({ run, host, bodies }: Leaving, error: Payload): Promise<void> {
  const { id: runId, epoch } = run;
  const written = await host.committer.submit({ op: 'unwind', runId, epoch, error });
  if (written.kind === 'written') return host.departed(run, { kind: 'unwinding' });
  if (written.kind !== 'refused') return host.departed(run, { kind: 'lost', bodies });
  return host.departed(run, { kind: 'broken', error: written.error });
}

/** Sets a run aside, and records the last attempt of the step because of which that is done. */
export async function pauseRun(
  { id: runId, epoch, workflow }: OwnedRun,
  { committer, deps }: RunHost,
  failed: StepEntry & { readonly error: Payload },
  error: Payload,
): Promise<EntryOutcome> {
  // Together, so that no executor finds the one without the other.
  const [, paused] = await Promise.all([
    committer.submit(failed),
    committer.submit({ op: 'pause', runId, epoch, error }),
  ]);
  if (paused.kind === 'written') {
    const { name: step, attempt } = failed;
    deps.logger.warn(
      { runId, workflow, step, attempt, error: deps.codec.decode(failed.error) },
      'the retries of a step are exhausted; its run is paused until it is resumed',
    );
  }
  return paused;
}

function refused({ workflow }: OwnedRun, { deps }: RunHost, error: Error): Outcome {
  return settleError(deps.codec, writeRefused(`workflow ${workflow}`, error));
}
