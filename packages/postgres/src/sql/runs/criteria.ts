import { isFinal, RUN_STATES, type RunCriteria, type RunState, type TimeSpan } from '@holdfast/core/internal';
import { fromMs } from '../fragments.js';
import type { Value } from '../statement.js';

/** The parameters of a statement that is made for one question. */
export class Parameters {
  readonly values: Value[] = [];
  readonly #places = new Map<string, number>();

  /**
   * Adds one, unless it is there already: each branch has the same lists, and there is room for 65,535. Answers how it
   * stands in the text.
   */
  add(value: Value, type: string): string {
    const name = `${type} ${value}`;
    const place = this.#places.get(name) ?? this.values.push(value);
    this.#places.set(name, place);
    return `$${place}::${type}`;
  }

  list(values: readonly string[]): string {
    return values.map((value) => this.add(value, 'text')).join(', ');
  }
}

/** What one branch of a list looks for, where the criteria leave it open. */
export interface Branch {
  /** Whether the run is in somebody's hands; null for either. */
  readonly isHeld: boolean | null;
  /** `ended`: any of those in which a run has ended. */
  readonly state: RunState | 'ended' | null;
  readonly workflow: string | null;
  /** Whether it is in a queue, for states that are indexed by that. */
  readonly isQueued: boolean | null;
  readonly trait: Trait | null;
}

/** A column that has an index, and the value that is looked for. */
interface Trait {
  readonly column: 'deduplication_key' | 'partition_key' | 'queue' | 'version';
  readonly value: string;
}

/** More branches than this are not worth it: each looks for a whole part of the list. */
const MOST_BRANCHES = 24;

/** The states that are indexed by whether the run is in a queue. */
const LISTED: ReadonlySet<Branch['state']> = new Set(['pending', 'waiting', 'paused', 'failed', 'cancelled']);

const ANY: Branch = { isHeld: null, state: null, workflow: null, isQueued: null, trait: null };

/** Those in somebody's hands. They are few, and all of them are looked through: the other indexes do not have them. */
const HELD: Branch = { ...ANY, isHeld: true };

/** The states in which a run may be held. One that was cancelled, or taken up since, is while its former code runs on. */
const MAY_BE_HELD: readonly RunState[] = ['running', 'cancelled', 'pending'];

/**
 * Takes the criteria apart into searches: one for the runs in hands, and one for every state, every workflow, and every value
 * of one more column of the others, each of which finds its runs in order in an index of its own. One search for several
 * would read all the runs between those that match.
 */
export function branches(criteria: RunCriteria): readonly Branch[] {
  if (criteria.ids !== null) return [ANY];
  const { states } = criteria;
  const mayBeHeld = states === null || states.some((state) => MAY_BE_HELD.includes(state));
  return [...(mayBeHeld ? [HELD] : []), ...branchesOfOthers(criteria)];
}

function branchesOfOthers(criteria: RunCriteria): readonly Branch[] {
  const traits = traitsOf(criteria);
  const states = statesOf(criteria, traits);
  const workflows = criteria.workflows?.length ? [...new Set(criteria.workflows)] : [null];
  const by = (of: { traits: boolean; workflows: boolean }): readonly Branch[] =>
    states.flatMap((state) =>
      queuedOrNot(state, criteria).flatMap((isQueued) =>
        (of.workflows ? workflows : [null]).flatMap((workflow) =>
          (of.traits && traits.length > 0 ? traits : [null]).map(
            (trait): Branch => ({ isHeld: false, state, isQueued, workflow, trait }),
          ),
        ),
      ),
    );
  const tries = [
    { traits: true, workflows: true },
    { traits: true, workflows: false },
    { traits: false, workflows: true },
  ];
  return tries.map(by).find((all) => all.length <= MOST_BRANCHES) ?? by({ traits: false, workflows: false });
}

/** The values of the column that tells most: few runs share a key, many a version. */
function traitsOf(criteria: RunCriteria): readonly Trait[] {
  const { deduplicationKeys, partitionKeys, queues, versions } = criteria;
  const columns = [
    ['deduplication_key', deduplicationKeys],
    ['partition_key', partitionKeys],
    ['queue', queues],
    ['version', versions],
  ] as const;
  const first = columns.find(([, values]) => values !== null && values.length > 0);
  return first ? [...new Set(first[1])].map((value) => ({ column: first[0], value })) : [];
}

/** The index by queue holds only runs that have ended; the others are few, and found by their states. */
function statesOf({ states }: RunCriteria, traits: readonly Trait[]): readonly Branch['state'][] {
  if (states?.length) return [...new Set(states)].filter((state) => state !== 'running');
  return states === null && traits[0]?.column === 'queue' ? ['ended', ...IDLE] : [null];
}

/** The states of runs that have not ended and are in nobody's hands. */
const IDLE: readonly RunState[] = RUN_STATES.filter((state) => !isFinal(state) && state !== 'running');

function queuedOrNot(state: Branch['state'], { hasQueue, queues }: RunCriteria): readonly (boolean | null)[] {
  if (!LISTED.has(state)) return [null];
  if (hasQueue !== null) return [hasQueue];
  return queues === null ? [true, false] : [true];
}

/** The conditions on runs `r`, as far as a branch does not say it. */
export function conditions(criteria: RunCriteria, branch: Branch, given: Parameters): readonly string[] {
  const among = (column: string, values: readonly string[] | null): string[] => {
    // Said twice, the planner would take it for two conditions, and expect fewer runs than there are.
    if (values === null || column === branch.trait?.column) return [];
    return [values.length === 0 ? 'false' : `r.${column} in (${given.list(values)})`];
  };
  const isSet = (column: string, wanted: boolean | null): string[] =>
    wanted === null ? [] : [`r.${column} is ${wanted ? 'not ' : ''}null`];
  const { tags } = criteria;
  return [
    ...among('id', criteria.ids),
    ...prefixed(criteria.idPrefixes, given),
    ...inHands(criteria, branch, given),
    ...ofWorkflow(criteria, branch, given),
    ...inState(criteria, branch, given),
    ...withTrait(branch, given),
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

/** In the words of the index of those that are held, and of those of the others. */
function inHands({ executorIds }: RunCriteria, { isHeld }: Branch, given: Parameters): readonly string[] {
  if (isHeld === null) return [];
  if (!isHeld) return ['r.held_by is null'];
  return [executorIds?.length ? `r.held_by in (${given.list(executorIds)})` : 'r.held_by is not null'];
}

/** A state stands in the text as it is, so that the planner sees which partial index holds it. */
function inState({ states }: RunCriteria, { state, isQueued }: Branch, given: Parameters): readonly string[] {
  switch (state) {
    case null:
      if (states === null) return [];
      return [states.length === 0 ? 'false' : `r.state in (${given.list(states)})`];
    case 'ended':
      return ['r.completed_at is not null'];
    case 'succeeded':
      return [`r.state = 'succeeded'`];
    default:
      // In the words of the index that holds all states but the two before.
      return [
        `r.state || '' = '${state}'`,
        ...(isQueued === null ? [] : [`case when r.queue is null then 0 else 1 end = ${isQueued ? 1 : 0}`]),
      ];
  }
}

/** One value of a column, in the words of the index that has it. */
function withTrait({ state, trait }: Branch, given: Parameters): readonly string[] {
  if (trait === null) return [];
  const isIt = `r.${trait.column} || '' = ${given.add(trait.value, 'text')}`;
  const hasEnded = state === 'ended' || (state !== null && isFinal(state));
  return trait.column === 'queue' && hasEnded ? ['r.completed_at is not null', isIt] : [isIt];
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
