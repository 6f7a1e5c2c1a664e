import type { RunCount, RunState } from '@holdfast/core/internal';
import { number, text, textOrNull } from '../cells.js';
import { IS_IDLE } from '../fragments.js';
import { statement } from '../statement.js';

/**
 * How many runs there are: those that ended from the tallies, the others one by one, from indexes that hold no ended ones.
 *
 * What is pending and yet held was cancelled and taken up again, or is to be undone, while its former code runs on.
 *
 * One statement, so that all is seen as of one moment: a run that ends meanwhile is counted once.
 */
export const countRuns = statement<[], RunCount>(
  'count_runs',
  (s) => `
select t.workflow, t.queue, t.state, sum(t.runs)::float8 as runs from ${s.tallies} t
group by t.workflow, t.queue, t.state
having sum(t.runs) <> 0
union all
select r.workflow, r.queue, r.state, count(*)::float8 from ${s.runs} r
where ${IS_IDLE}
group by r.workflow, r.queue, r.state
union all
select r.workflow, r.queue, r.state, count(*)::float8 from ${s.runs} r
where r.held_by is not null and r.state in ('running', 'pending')
group by r.workflow, r.queue, r.state`,
  (row) => ({
    workflow: text(row['workflow']),
    queue: textOrNull(row['queue']),
    state: text(row['state']) as RunState,
    runs: number(row['runs']),
  }),
);
