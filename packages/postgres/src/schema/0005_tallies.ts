import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import type { Migration } from './migration.js';

/** How many runs have ended, so that nobody needs to count ten million. */
export const tallies: Migration = {
  version: 5,
  name: 'tallies',
  text: (s) => [talliesTable(s), ended(s), comments(s)].join('\n'),
};

const talliesTable = (s: Schema): string => `
create table ${s.tallies} (
  workflow text collate "C" not null,
  queue text collate "C",
  state text collate "C" not null,
  runs bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);`;

// Runs that ended before there was anything to count them.
const ended = (s: Schema): string => `
insert into ${s.tallies} (workflow, queue, state, runs)
select r.workflow, r.queue, r.state, count(*) from ${s.runs} r
where r.completed_at is not null group by r.workflow, r.queue, r.state;`;

function comments(s: Schema): string {
  return describe(
    s.tallies,
    'Holdfast: how many runs have ended. Each batch adds rows rather than change one, so that nobody waits; now and then they are summed up. The sum of all is what counts.',
    {
      workflow: 'The workflow.',
      queue: 'The queue; null for none.',
      state: 'The state in which they ended.',
      runs: 'How many more there are; below 0 if runs were resumed or deleted.',
    },
  );
}
