import { isRunId, type RunState, type RunSummary } from '@holdfast/core/internal';
import type { Grant } from './access.js';
import type { Exposure } from './exposure.js';
import type { HttpApp } from './options.js';
import { runNotFound } from './problem-of.js';

/** A run as it is answered. */
export interface RunResource {
  readonly id: string;
  /** The workflow's name in addresses. */
  readonly workflow: string;
  readonly state: RunState;
  /** Moments as ISO 8601 texts; null for what has not come yet. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  /** When it goes on, if it waits for a moment in time. */
  readonly wakeAt: string | null;
}

/** A run, if there is one of a workflow that can be reached. */
export async function findRun(app: HttpApp, exposure: Exposure, id: string): Promise<RunSummary | undefined> {
  if (!isRunId(id)) return undefined;
  const { runs } = await app.runs.list({ ids: [id], limit: 1 });
  return runs.find(({ workflow }) => exposure.nameOf(workflow) !== undefined);
}

/** Whether a run is of the tenant on whose behalf somebody was let in. */
export function isOfTenant({ tags }: RunSummary, { tenant }: Grant): boolean {
  return tenant === undefined || tags['tenant'] === tenant;
}

/**
 * A run that somebody may use.
 *
 * @throws Problem RUN_NOT_FOUND: whether there is one that he may not use is not told.
 */
export async function usableRun(
  app: HttpApp,
  exposure: Exposure,
  id: string,
  grant: Grant,
): Promise<RunSummary> {
  const run = await findRun(app, exposure, id);
  if (run && isOfTenant(run, grant) && (grant.mayUse?.(run) ?? true)) return run;
  throw runNotFound();
}

export function runResource(run: RunSummary, exposure: Exposure): RunResource {
  return {
    id: run.id,
    workflow: exposure.nameOf(run.workflow) ?? run.workflow,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    completedAt: run.completedAt?.toISOString() ?? null,
    wakeAt: run.wakeAt?.toISOString() ?? null,
  };
}
