import type { RunCriteria, RunState, TimeSpan } from '@holdfast/core/internal';
import { fromMs } from '../fragments.js';
import type { Value } from '../statement.js';

/** The parameters of a statement that is made for one question. */
export class Parameters {
  readonly values: Value[] = [];

  /** Adds one. Answers how it stands in the text. */
  add(value: Value, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  list(values: readonly string[]): string {
    return values.map((value) => this.add(value, 'text')).join(', ');
  }
}

/** What one branch of a list looks for, where the criteria leave it open. */
export interface Branch {
  readonly state: RunState | null;
  readonly workflow: string | null;
}

/** More branches than this are not worth it: each looks for a whole part of the list. */
const MOST_BRANCHES = 24;

/**
 * Takes the criteria apart into searches, each of which finds its runs in order in an index of its own: for every state
 * and every workflow. One search for several would read all the runs between those that match.
 */
export function branches({ ids, states, workflows }: RunCriteria): readonly Branch[] {
  const byState = ids === null && states?.length ? [...new Set(states)] : [null];
  const byWorkflow = ids === null && workflows?.length ? [...new Set(workflows)] : [null];
  const isWorthIt = byState.length * byWorkflow.length <= MOST_BRANCHES;
  return byState.flatMap((state) =>
    (isWorthIt ? byWorkflow : [null]).map((workflow) => ({ state, workflow })),
  );
}

/** The conditions on runs `r`, as far as a branch does not say it. */
export function conditions(criteria: RunCriteria, branch: Branch, given: Parameters): readonly string[] {
  const among = (column: string, values: readonly string[] | null): string[] => {
    if (values === null) return [];
    return [values.length === 0 ? 'false' : `r.${column} in (${given.list(values)})`];
  };
  const isSet = (column: string, wanted: boolean | null): string[] =>
    wanted === null ? [] : [`r.${column} is ${wanted ? 'not ' : ''}null`];
  const { tags } = criteria;
  return [
    ...among('id', criteria.ids),
    ...prefixed(criteria.idPrefixes, given),
    ...ofWorkflow(criteria, branch, given),
    ...inState(criteria, branch, given),
    ...among('version', criteria.versions),
    ...among('executor_id', criteria.executorIds),
    ...among('queue', criteria.queues),
    ...among('partition_key', criteria.partitionKeys),
    ...among('deduplication_key', criteria.deduplicationKeys),
    ...among('parent_id', criteria.parentIds),
    ...among('forked_from', criteria.forkedFrom),
    ...among('schedule', criteria.schedules),
    ...(tags === null ? [] : [`r.tags @> ${given.add(tags, 'text')}::jsonb`]),
    ...isSet('queue', criteria.hasQueue),
    ...isSet('parent_id', criteria.hasParent),
    ...isSet('forked_from', criteria.isFork),
    ...within('created_at', criteria.created, given),
    ...within('started_at', criteria.started, given),
    ...within('completed_at', criteria.completed, given),
  ];
}

/** One workflow, in the words of the index by workflow. */
function ofWorkflow({ workflows }: RunCriteria, { workflow }: Branch, given: Parameters): readonly string[] {
  if (workflow !== null) return [`r.workflow || '' = ${given.add(workflow, 'text')}`];
  if (workflows === null) return [];
  return [workflows.length === 0 ? 'false' : `r.workflow in (${given.list(workflows)})`];
}

/** A state stands in the text as it is, so that the planner sees which partial index holds it. */
function inState(
  { states, executorIds }: RunCriteria,
  { state }: Branch,
  given: Parameters,
): readonly string[] {
  if (state === null) {
    if (states === null) return [];
    return [states.length === 0 ? 'false' : `r.state in (${given.list(states)})`];
  }
  // In the words of the index that holds all states but these two.
  if (state !== 'running' && state !== 'succeeded') return [`r.state || '' = '${state}'`];
  if (state === 'succeeded') return [`r.state = 'succeeded'`];
  const held = executorIds?.length ? `r.held_by in (${given.list(executorIds)})` : 'r.held_by is not null';
  return [`r.state = 'running' and ${held}`];
}

/** As a range of ids, which is what the key of the table is ordered by. */
function prefixed(prefixes: readonly string[] | null, given: Parameters): readonly string[] {
  if (prefixes === null) return [];
  const ranges = prefixes.map((prefix) => {
    const from = `r.id >= ${given.add(prefix, 'text')}`;
    const end = afterAll(prefix);
    return end === undefined ? from : `${from} and r.id < ${given.add(end, 'text')}`;
  });
  return [ranges.length === 0 ? 'false' : `(${ranges.map((range) => `(${range})`).join(' or ')})`];
}

/** The first text after all that begin like this, in the order of bytes; undefined if there is none. */
function afterAll(prefix: string): string | undefined {
  const points = [...prefix].map((character) => character.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

function within(column: string, { fromMs: from, toMs: to }: TimeSpan, given: Parameters): readonly string[] {
  return [
    ...(from === null ? [] : [`r.${column} >= ${fromMs(given.add(from, 'float8'))}`]),
    ...(to === null ? [] : [`r.${column} < ${fromMs(given.add(to, 'float8'))}`]),
  ];
}
