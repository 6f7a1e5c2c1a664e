// The text of the index runs_deduplication, so that the planner takes it and `on conflict` names it.

/** In what a run's deduplication key holds. */
export function deduplicationScope(alias?: string): string {
  const of = alias === undefined ? '' : `${alias}.`;
  return `coalesce(${of}deduplication_scope || ' ' || ${of}workflow, 'queue ' || ${of}queue, 'workflow ' || ${of}workflow)`;
}

/** Whether a run holds its deduplication key: it has one, has not ended and, if it is debounced, has not begun. */
export function holdsDeduplicationKey(alias?: string): string {
  const of = alias === undefined ? '' : `${alias}.`;
  return `${of}deduplication_key is not null and ${of}state in ('pending', 'running', 'waiting', 'paused')
    and (${of}deduplication_scope is distinct from 'debounce' or ${of}started_at is null)`;
}
