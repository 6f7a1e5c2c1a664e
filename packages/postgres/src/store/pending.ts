import {
  type DebounceOutcome,
  type DebounceRequest,
  HoldfastError,
  type PendingStore,
} from '@holdfast/core/internal';
import type { Driver } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { driverState } from '../driver-state.js';
import { setDue, setPriority } from '../sql/pending/change.js';
import { debounceRun } from '../sql/pending/debounce.js';
import { type Obstacle, readDebounced } from '../sql/pending/debounced.js';
import { FAULT_OF_A_ROW } from './commit.js';
import { startRow } from './gather.js';

const UNIQUE_VIOLATION = '23505';

/** Changes to runs that nobody has begun, on a store that is open by the time they are asked for. */
export function pendingStore(driver: () => Driver, statements: Statements): PendingStore {
  return {
    debounce: async (request) => debounce(driver(), statements, request),
    setPriority: async (runId, priority) =>
      (await statements.run(driver().query, setPriority, [runId, priority])).length > 0,
    setDue: async (runId, dueAtMs) =>
      (await statements.run(driver().query, setDue, [runId, dueAtMs])).length > 0,
  };
}

async function debounce(
  driver: Driver,
  statements: Statements,
  request: DebounceRequest,
): Promise<DebounceOutcome> {
  const { run, maxMs, call } = request;
  const row = JSON.stringify({ ...startRow(0, run), max_ms: maxMs ?? undefined });
  const caller = call && JSON.stringify(callRow(call));
  for (;;) {
    try {
      const [debounced] = await statements.run(driver.query, debounceRun, [row, caller]);
      return debounced ? { kind: 'debounced', ...debounced } : { kind: 'lost' };
    } catch (error) {
      const state = driverState(error);
      if (state !== UNIQUE_VIOLATION) throw FAULT_OF_A_ROW.test(state ?? '') ? refusal(run.id, error) : error;
      const asked = [run.id, call?.runId ?? null, call?.epoch ?? null, call?.seq ?? null] as const;
      const [obstacle] = await statements.run(driver.query, readDebounced, [...asked]);
      const outcome = settle(request, obstacle!);
      if (outcome) return outcome;
    }
  }
}

/** Undefined if nothing is in the way any more. */
function settle({ run }: DebounceRequest, { recordedId, run: taken }: Obstacle): DebounceOutcome | undefined {
  if (recordedId !== null) return { kind: 'debounced', runId: recordedId, dueInMs: 0 };
  if (!taken) return undefined;
  // Its own, from a try whose answer was lost, and begun since.
  if (taken.key === run.key) return { kind: 'debounced', runId: run.id, dueInMs: 0 };
  return { kind: 'exists', workflow: taken.workflow };
}

/** The call of a run as statements take it. */
export function callRow(call: NonNullable<DebounceRequest['call']>): Readonly<Record<string, unknown>> {
  const { runId, epoch, seq, ordinal, name, startedAtMs, completedAtMs } = call;
  return { run_id: runId, epoch, seq, ordinal, name, started_at: startedAtMs, completed_at: completedAtMs };
}

function refusal(runId: string, cause: unknown): HoldfastError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(
    'STORE_WRITE_REFUSED',
    `Postgres refuses the debounced run "${runId}": ${reason}. The value cannot be stored as it is; change it and try again.`,
    { cause, details: { runId, state: driverState(cause) } },
  );
}
