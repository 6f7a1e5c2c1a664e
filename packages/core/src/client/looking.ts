import type { Codec } from '../codec/index.js';
import { checkRunId } from '../define/index.js';
import { runNotFound } from '../engine/index.js';
import type { ListedRun, RunPageRequest, RunRecord, StepsPage, Store } from '../store/index.js';
import { type CountedBy, type CountOptions, countedBy, groupCounts, type RunCountView } from './counts.js';
import { cursorFrom, positionFrom } from './cursor.js';
import { checkNames, oneOf, wholeNumber, yesOrNo } from './options-checks.js';
import { recorded } from './recorded.js';
import { criteriaFrom, FILTER_NAMES, type RunFilter } from './run-filter.js';
import { type RunMailView, runMailView } from './run-mail-view.js';
import { type RunSummary, type RunView, runSummary, runView } from './run-view.js';
import { type StepView, stepView } from './step-view.js';

/** What of a list is wanted. */
export interface ListOptions extends RunFilter {
  /** By when they were recorded. Default `'newest'` first. */
  readonly order?: 'newest' | 'oldest';
  /** The most runs of one answer. Default 100, at most 1000. */
  readonly limit?: number;
  /** Where an earlier answer ended: its `nextCursor`. To be given with the same filter and order. */
  readonly cursor?: string;
  /** Whether inputs, outputs and errors are wanted. Default `false`. */
  readonly payloads?: boolean;
}

/** A part of a list of runs. */
export interface RunList<Run extends RunSummary = RunSummary> {
  readonly runs: readonly Run[];
  /** Gives the part after this one; undefined if there is none. */
  readonly nextCursor: string | undefined;
}

/** Which part of a run's journal is wanted. */
export interface StepsOptions {
  /** Only calls after the one of this `seq`. Default: from the first. */
  readonly after?: number;
  /** The most calls of one answer. Default: all. */
  readonly limit?: number;
  /** Whether outputs and errors are wanted. Default `true`. */
  readonly payloads?: boolean;
}

/**
 * Looking at runs. Asked in a run's own code, what was seen is recorded as a step, so that a replay sees the same.
 */
export interface Looking {
  /** @throws HoldfastError RUN_NOT_FOUND, INVALID_ID */
  get(id: string): Promise<RunView>;
  /**
   * Runs that match a filter, a part at a time. Runs that are recorded meanwhile shift nothing.
   *
   * @throws HoldfastError INVALID_OPTION
   * @example
   * for (let cursor: string | undefined; ; ) {
   *   const page = await app.runs.list({ state: 'failed', ...(cursor && { cursor }) });
   *   for (const run of page.runs) console.log(run.id);
   *   cursor = page.nextCursor;
   *   if (!cursor) break;
   * }
   */
  list(options: ListOptions & { readonly payloads: true }): Promise<RunList<RunView>>;
  list(options?: ListOptions): Promise<RunList>;
  /**
   * The run's journal, in the order of its calls. Empty if there is no such run.
   *
   * @throws HoldfastError INVALID_OPTION, INVALID_ID
   */
  steps(id: string, options?: StepsOptions): Promise<readonly StepView[]>;
  /**
   * What the run shows and was sent, for those who do not know the names: its events, its streams, and the messages that it has
   * not received. Empty if there is no such run.
   *
   * @throws HoldfastError INVALID_ID
   */
  mail(id: string): Promise<RunMailView>;
  /**
   * How many runs there are, all as of one moment, largest group first. Quick however many have ended.
   *
   * @throws HoldfastError INVALID_OPTION
   * @example const failed = (await app.runs.counts({ by: ['state'] })).find(({ state }) => state === 'failed')?.runs ?? 0;
   */
  counts<By extends CountedBy = never>(options?: CountOptions<By>): Promise<readonly RunCountView<By>[]>;
}

/** @param open gives the store, or throws if it is not open. */
export function lookingAt(open: () => Store, codec: Codec): Looking {
  return {
    get: async (id) => {
      checkRunId(id);
      return recorded(open(), 'runs.get', async () => runIn(await open().run(id), id, codec));
    },
    list: async (options: ListOptions = {}) => {
      const { request, show } = listRequest(options, codec);
      return recorded(open(), 'runs.list', async () => {
        const { runs, next } = await open().looking.list(request);
        return { runs: runs.map(show), nextCursor: next ? cursorFrom(next) : undefined };
      });
    },
    steps: async (id, options = {}) => {
      checkRunId(id);
      const request = stepsRequest(options);
      return recorded(open(), 'runs.steps', async () =>
        (await open().steps(id, request)).map((step) => stepView(step, codec)),
      );
    },
    mail: async (id) => {
      checkRunId(id);
      return recorded(open(), 'runs.mail', async () => runMailView(await open().mail.ofRun(id), codec));
    },
    counts: async <By extends CountedBy>(options: CountOptions<By> = {}) => {
      const by = countedBy(options);
      return recorded(open(), 'runs.counts', async () => {
        return groupCounts(await open().looking.counts(), by) as readonly RunCountView<By>[];
      });
    },
  };
}

const LIST_NAMES = { ...FILTER_NAMES, order: true, limit: true, cursor: true, payloads: true } as const;

function listRequest(
  options: ListOptions,
  codec: Codec,
): { readonly request: RunPageRequest; readonly show: (run: ListedRun) => RunView } {
  checkNames(options, LIST_NAMES, 'list of runs');
  const { order, limit, cursor, payloads, ...filter } = options;
  const withPayloads = yesOrNo(payloads, 'option "payloads"', false);
  const request = {
    criteria: criteriaFrom(filter),
    order: oneOf(order, ['newest', 'oldest'], 'option "order"'),
    after: cursor === undefined ? null : positionFrom(cursor),
    limit: wholeNumber(limit, { what: 'option "limit"', from: 1, to: 1000, otherwise: 100 }),
    withPayloads,
  };
  // Without payloads the answer's type is one that has none.
  const show = (run: ListedRun): RunView =>
    withPayloads ? runView(run, codec) : (runSummary(run) as RunView);
  return { request, show };
}

function stepsRequest(options: StepsOptions): StepsPage {
  checkNames(options, { after: true, limit: true, payloads: true }, 'list of steps');
  const { after, limit, payloads } = options;
  const most = 2 ** 31 - 1;
  return {
    afterSeq: wholeNumber(after, { what: 'option "after"', from: -1, to: most, otherwise: -1 }),
    limit: wholeNumber(limit, { what: 'option "limit"', from: 1, to: most, otherwise: most }),
    withPayloads: yesOrNo(payloads, 'option "payloads"', true),
  };
}

function runIn(run: RunRecord | undefined, id: string, codec: Codec): RunView {
  if (!run) throw runNotFound(id);
  return runView(run, codec);
}
