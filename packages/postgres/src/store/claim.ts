import type { Claim, ClaimRequest } from '@holdfast/core/internal';
import type { Driver } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { claimRuns } from '../sql/runs/claim.js';

/** When to look again for runs that are due and were in other hands: locked, most likely to be claimed. */
const LOCKED_RETRY_MS = 100;

/** What the last claim learnt of what is due and of the lines of queues, for the next one for the same workflows and queues. */
export type ClaimHints = Map<string, string>;

/** Takes due runs for an executor. */
export async function claimDue(
  driver: Driver,
  statements: Statements,
  { executorId, serves, limit, queues = null, chance = 0 }: ClaimRequest,
  hints: ClaimHints = new Map(),
): Promise<Claim> {
  const served = JSON.stringify(serves.map(({ workflow, version }) => ({ workflow, version })));
  const named = queues && JSON.stringify(queues);
  const kind = `${served} ${named}`;
  const rows = await statements.run(driver.query, claimRuns, [
    executorId,
    served,
    limit,
    named,
    chance,
    hints.get(kind) ?? null,
  ]);
  const hint = rows[0]?.hints ?? null;
  if (hint === null) hints.delete(kind);
  else hints.set(kind, hint);
  const runs = rows.flatMap(({ run }) => (run ? [run] : []));
  const soonest = runs.length < limit ? LOCKED_RETRY_MS : 0;
  const isHeldBack = rows[0]?.isHeldBack ?? false;
  return { runs, nextDueInMs: nextDue(rows[0]?.nextDueInMs ?? null, soonest), isHeldBack };
}

// A due run that was not claimed although there was room is locked. It may stay so for a while (a transactional step of
// a process that hangs), and to ask for it again at once, and again, would keep the server busy.
function nextDue(inMs: number | null, soonestMs: number): number | null {
  if (inMs === null) return null;
  return inMs <= 0 ? soonestMs : Math.ceil(inMs);
}
