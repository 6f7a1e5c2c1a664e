import { type EndedPosition, isFinal, type Pruned, type PruneRequest } from '../store/index.js';
import type { MailTables } from './mail.js';
import type { RunRow, Tables } from './tables.js';

type Ended = RunRow & { readonly completedAtMs: number };

/** Deletes a portion of what is over. */
export function pruneRuns(
  tables: Tables,
  mail: MailTables,
  { criteria, after, limit }: PruneRequest,
  nowMs: number,
): Pruned {
  const { states, workflows, afterMs } = criteria;
  const old = [...tables.all()]
    .filter((run): run is Ended => run.completedAtMs !== null && run.completedAtMs < nowMs - afterMs)
    .filter((run) => after === null || compare(positionOf(run), after) > 0)
    .sort((a, b) => compare(positionOf(a), positionOf(b)));
  const looked = old.slice(0, limit);
  const matching = looked.filter(
    ({ state, workflow }) => (states?.includes(state) ?? true) && (workflows?.includes(workflow) ?? true),
  );
  const needed = neededBy(tables);
  const gone = matching.filter((run) => !needed(run));
  for (const run of gone) {
    tables.remove(run);
    mail.remove(run.id);
  }
  const last = looked.at(-1);
  return Object.freeze({
    deleted: gone.length,
    kept: matching.length - gone.length,
    last: last ? positionOf(last) : null,
    hasMore: old.length > limit,
  });
}

/** Whether code of a run that was cancelled runs on, or its parent, or a child that it did not detach, has not ended. */
function neededBy(tables: Tables): (run: RunRow) => boolean {
  const parents = new Set<string>();
  for (const { parentId, isDetached, state } of tables.all()) {
    if (parentId !== null && !isDetached && !isFinal(state)) parents.add(parentId);
  }
  return ({ id, parentId, holdsSlot }) => {
    const parent = parentId === null ? undefined : tables.run(parentId);
    return holdsSlot || parents.has(id) || (parent !== undefined && !isFinal(parent.state));
  };
}

function positionOf({ completedAtMs, id }: Ended): EndedPosition {
  return Object.freeze({ completedAtMicros: `${completedAtMs * 1000}`, id });
}

function compare(a: EndedPosition, b: EndedPosition): number {
  if (a.completedAtMicros !== b.completedAtMicros) {
    return Number(a.completedAtMicros) - Number(b.completedAtMicros);
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
