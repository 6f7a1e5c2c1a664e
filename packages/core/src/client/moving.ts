import { checkName, checkRunId } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { Store, StrandedGroup } from '../store/index.js';
import { checkNames, invalid } from './options-checks.js';
import { recorded } from './recorded.js';
import { dateOf } from './run-view.js';

/** How many runs are moved by one statement. */
const AT_A_TIME = 1000;

/** Runs that wait for somebody who can take them, and nobody can. */
export interface StrandedRuns {
  readonly workflow: string;
  readonly version: string;
  /** Undefined for runs in no queue. */
  readonly queue: string | undefined;
  readonly runs: number;
  /** When the last executor that could take them was gone; undefined if there was none, or more than a day ago. */
  readonly since: Date | undefined;
}

/** Which runs go to which version: all of a version of a workflow (in one queue, if it is given), or those of these ids. */
export type MoveOptions =
  | { readonly workflow: string; readonly from: string; readonly to: string; readonly queue?: string }
  | { readonly ids: readonly string[]; readonly to: string };

/** Runs, and the versions of workflows that they wait for. */
export interface Moving {
  /**
   * Runs that have not ended, are in nobody's hands, and whose workflow, version and queue no live executor serves. New
   * ones are also told to the logger, about once a minute.
   */
  stranded(): Promise<readonly StrandedRuns[]>;
  /**
   * Moves runs to another version of their workflow, which then takes them up with the journals they have. Runs that are
   * in somebody's hands stay, as do those that have ended. Answers how many were moved.
   *
   * @throws HoldfastError INVALID_OPTION, INVALID_NAME, INVALID_ID.
   * @example await app.runs.move({ workflow: 'checkout', from: '1', to: '2' });
   */
  move(options: MoveOptions): Promise<number>;
}

/** @param open gives the store, or throws if it is not open. @param offerWork tells that there are runs to be taken. */
export function movingOn(open: () => Store, offerWork: () => void): Moving {
  return {
    stranded: async () =>
      recorded(open(), 'runs.stranded', async () => (await open().versions.stranded()).map(strandedRuns)),
    async move(options) {
      const store = open();
      checkNames(options, MOVE_NAMES, 'move of runs');
      const moved =
        'ids' in options ? await moveIds(store, options) : await moveAll(store, checkedMove(options));
      if (moved > 0) offerWork();
      return moved;
    },
  };
}

const ALL_NAMES = { workflow: true, from: true, to: true, queue: true } as const;
const IDS_NAMES = { ids: true, to: true } as const;
const MOVE_NAMES = { ...ALL_NAMES, ...IDS_NAMES };

type VersionMoveOptions = Extract<MoveOptions, { readonly workflow: string }>;

function checkedMove(options: VersionMoveOptions): VersionMoveOptions {
  checkNames(options, ALL_NAMES, 'move of runs');
  const { workflow, from, to, queue } = options;
  checkName(workflow, 'name of the workflow whose runs are moved');
  checkName(from, 'version that runs are moved from');
  checkName(to, 'version that runs are moved to');
  if (queue !== undefined) checkName(queue, 'name of the queue whose runs are moved');
  if (from !== to) return options;
  throw new HoldfastError(
    'INVALID_OPTION',
    `Runs of "${workflow}" were to be moved from "${from}" to itself.`,
    {
      details: { workflow, from, to },
    },
  );
}

async function moveAll(store: Store, { workflow, from, to, queue }: VersionMoveOptions): Promise<number> {
  const move = { workflow, from, to, queue: queue ?? null, limit: AT_A_TIME };
  for (let all = 0; ; ) {
    const { moved, mayBeMore } = await store.versions.moveVersion(move);
    all += moved;
    if (!mayBeMore) return all;
  }
}

async function moveIds(store: Store, options: Extract<MoveOptions, { ids: unknown }>): Promise<number> {
  checkNames(options, IDS_NAMES, 'move of runs of these ids');
  const { ids, to } = options;
  checkName(to, 'version that runs are moved to');
  if (!Array.isArray(ids)) throw invalid('option "ids"', ids, 'a list of run ids');
  ids.forEach(checkRunId);
  let moved = 0;
  for (let at = 0; at < ids.length; at += AT_A_TIME) {
    moved += await store.versions.moveRuns(ids.slice(at, at + AT_A_TIME), to);
  }
  return moved;
}

function strandedRuns({ workflow, version, queue, runs, sinceMs }: StrandedGroup): StrandedRuns {
  return { workflow, version, queue: queue ?? undefined, runs, since: dateOf(sinceMs) };
}
