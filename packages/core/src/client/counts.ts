import type { RunCount, RunState } from '../store/index.js';
import { checkNames, invalid } from './options-checks.js';

/** What runs can be counted by. */
export type CountedBy = 'state' | 'workflow' | 'queue';

/** A number of runs, by any of these. */
interface Group {
  readonly state: RunState;
  readonly workflow: string;
  /** Undefined for runs in no queue. */
  readonly queue: string | undefined;
}

/** How many runs there are of one kind. */
export type RunCountView<By extends CountedBy = CountedBy> = Pick<Group, By> & { readonly runs: number };

/** What is to be counted. */
export interface CountOptions<By extends CountedBy = CountedBy> {
  /** What the numbers are given by. Default: nothing, for the number of all. */
  readonly by?: readonly By[];
}

const NAMES: readonly CountedBy[] = ['state', 'workflow', 'queue'];

/** Checks what runs are to be counted by. @throws HoldfastError INVALID_OPTION */
export function countedBy(options: CountOptions): readonly CountedBy[] {
  checkNames(options, { by: true }, 'count of runs');
  const { by = [] } = options;
  const odd = Array.isArray(by) ? by.find((name) => !NAMES.includes(name)) : by;
  if (odd !== undefined) throw invalid('"by" of counts', odd, `a list of ${NAMES.join(', ')}`);
  return NAMES.filter((name) => by.includes(name));
}

/** Sums counts up by what is wanted, largest first. */
export function groupCounts(counts: readonly RunCount[], by: readonly CountedBy[]): readonly RunCountView[] {
  const groups = new Map<string, RunCountView>();
  for (const { runs, workflow, state, queue } of counts) {
    const whole: Group = { workflow, state, queue: queue ?? undefined };
    const group = Object.fromEntries(by.map((name) => [name, whole[name]])) as unknown as Group;
    const key = JSON.stringify(by.map((name) => whole[name] ?? null));
    groups.set(key, { ...group, runs: runs + (groups.get(key)?.runs ?? 0) });
  }
  if (by.length === 0 && groups.size === 0) return [{ runs: 0 } as RunCountView];
  return [...groups.values()].sort((a, b) => b.runs - a.runs);
}
