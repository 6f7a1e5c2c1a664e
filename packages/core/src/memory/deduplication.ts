import { isFinal, type NewRun, type RunRecord } from '../store/index.js';

type Keyed = Pick<NewRun, 'workflow' | 'queue' | 'deduplicationKey' | 'deduplicationScope'>;

/** What no two runs may hold at a time: a deduplication key in its scope. Undefined for a run without one. */
export function deduplicationOf(run: Keyed): string | undefined {
  const { workflow, queue, deduplicationKey: key, deduplicationScope: scope } = run;
  if (key === null) return undefined;
  if (scope !== null) return JSON.stringify([scope, workflow, key]);
  return JSON.stringify(queue === null ? ['workflow', workflow, key] : ['queue', queue, key]);
}

/** Whether a run holds its key, if it has one: it has not ended and, if it is debounced, has not begun. */
export function holdsKey({ state, deduplicationScope, startedAtMs }: RunRecord): boolean {
  return !isFinal(state) && (deduplicationScope !== 'debounce' || startedAtMs === null);
}
