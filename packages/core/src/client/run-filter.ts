import { plainObjectJson } from '../engine/index.js';
import { isFinal, RUN_STATES, type RunCriteria, type RunState, type TimeSpan } from '../store/index.js';
import { isMoment } from '../time/index.js';
import { listOf, type OneOrMore } from './one-or-more.js';
import { invalid, yesOrNo } from './options-checks.js';

/** The most values of a list. */
const MOST_VALUES = 1000;

/** A moment: a date, or a text that JavaScript reads as one (`'2030-01-31T12:00:00Z'`). */
export type Moment = Date | string;

/** Which runs: those that match all that is given. Of a list, any value will do; an empty one matches nothing. */
export interface RunFilter {
  readonly ids?: OneOrMore<string>;
  /** How their ids begin. */
  readonly idPrefix?: OneOrMore<string>;
  /** Names of workflows. */
  readonly workflow?: OneOrMore<string>;
  readonly state?: OneOrMore<RunState>;
  readonly version?: OneOrMore<string>;
  /** Who holds them, or held them last. */
  readonly executorId?: OneOrMore<string>;
  readonly queue?: OneOrMore<string>;
  readonly partitionKey?: OneOrMore<string>;
  readonly deduplicationKey?: OneOrMore<string>;
  /** What their tags contain: `{ customer: 42 }` also finds `{ customer: 42, region: 'north' }`. */
  readonly tags?: Readonly<Record<string, unknown>>;
  /** The run that started them. */
  readonly parentId?: OneOrMore<string>;
  readonly hasParent?: boolean;
  /** The run that they were forked from. */
  readonly forkedFrom?: OneOrMore<string>;
  readonly isFork?: boolean;
  /** The schedule whose ticks they are. */
  readonly schedule?: OneOrMore<string>;
  /** Recorded then or later. */
  readonly createdAfter?: Moment;
  /** Recorded earlier. */
  readonly createdBefore?: Moment;
  /** First taken up then or later. */
  readonly startedAfter?: Moment;
  /** First taken up earlier. */
  readonly startedBefore?: Moment;
  /** Ended then or later. */
  readonly completedAfter?: Moment;
  /** Ended earlier. */
  readonly completedBefore?: Moment;
  /** Only those that are in a queue and have not ended. */
  readonly onlyQueued?: boolean;
}

/** The states in which a run has not ended. */
const OPEN_STATES = RUN_STATES.filter((state) => !isFinal(state));

/**
 * Reads a filter whose names were checked.
 *
 * @throws HoldfastError INVALID_OPTION for a value that cannot be.
 */
export function criteriaFrom(filter: RunFilter): RunCriteria {
  const onlyQueued = flag(filter, 'onlyQueued') === true;
  const states = statesIn(filter);
  return {
    ids: texts(filter, 'ids'),
    idPrefixes: texts(filter, 'idPrefix'),
    workflows: texts(filter, 'workflow'),
    states: onlyQueued ? OPEN_STATES.filter((state) => states?.includes(state) ?? true) : states,
    versions: texts(filter, 'version'),
    executorIds: texts(filter, 'executorId'),
    queues: texts(filter, 'queue'),
    partitionKeys: texts(filter, 'partitionKey'),
    deduplicationKeys: texts(filter, 'deduplicationKey'),
    parentIds: texts(filter, 'parentId'),
    forkedFrom: texts(filter, 'forkedFrom'),
    schedules: texts(filter, 'schedule'),
    tags: tagsIn(filter),
    hasQueue: onlyQueued ? true : null,
    hasParent: flag(filter, 'hasParent'),
    isFork: flag(filter, 'isFork'),
    created: span(filter, 'createdAfter', 'createdBefore'),
    started: span(filter, 'startedAfter', 'startedBefore'),
    completed: span(filter, 'completedAfter', 'completedBefore'),
  };
}

/** The names that a filter may have. */
export const FILTER_NAMES: Readonly<Record<keyof RunFilter, true>> = {
  ids: true,
  idPrefix: true,
  workflow: true,
  state: true,
  version: true,
  executorId: true,
  queue: true,
  partitionKey: true,
  deduplicationKey: true,
  tags: true,
  parentId: true,
  hasParent: true,
  forkedFrom: true,
  isFork: true,
  schedule: true,
  createdAfter: true,
  createdBefore: true,
  startedAfter: true,
  startedBefore: true,
  completedAfter: true,
  completedBefore: true,
  onlyQueued: true,
};

type Name = keyof RunFilter;

function texts(filter: RunFilter, name: Name): readonly string[] | null {
  const given = filter[name] as OneOrMore<unknown> | undefined;
  if (given === undefined) return null;
  const list = listOf(given);
  if (list.length > MOST_VALUES) {
    throw invalid(`number of values of "${name}"`, list.length, `at most ${MOST_VALUES}`);
  }
  const odd = list.find((value) => typeof value !== 'string' || value === '' || value.includes('\0'));
  if (odd !== undefined) throw invalid(`filter "${name}"`, odd, 'a text, or a list of texts');
  return list as readonly string[];
}

function statesIn(filter: RunFilter): readonly RunState[] | null {
  const states = texts(filter, 'state') as readonly RunState[] | null;
  const odd = states?.find((state) => !RUN_STATES.includes(state));
  if (odd !== undefined) throw invalid('filter "state"', odd, `one of ${RUN_STATES.join(', ')}`);
  return states;
}

function flag(filter: RunFilter, name: Name): boolean | null {
  return filter[name] === undefined ? null : yesOrNo(filter[name], `filter "${name}"`, false);
}

function tagsIn({ tags }: RunFilter): string | null {
  if (tags === undefined) return null;
  const text = plainObjectJson(tags);
  if (text !== undefined) return text;
  throw invalid('filter "tags"', tags, 'an object of plain JSON values');
}

function span(filter: RunFilter, after: Name, before: Name): TimeSpan {
  return { fromMs: momentIn(filter, after), toMs: momentIn(filter, before) };
}

function momentIn(filter: RunFilter, name: Name): number | null {
  const given: unknown = filter[name];
  if (given === undefined) return null;
  const isDated = given instanceof Date || typeof given === 'string';
  const ms = isDated ? new Date(given).getTime() : Number.NaN;
  if (!isMoment(ms)) {
    throw invalid(`filter "${name}"`, given, 'a date, or a text that says one, not before 4713 BC');
  }
  return ms;
}
