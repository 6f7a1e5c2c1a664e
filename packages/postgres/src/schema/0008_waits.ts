import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import { cancelRun } from './functions/cancel-run.js';
import type { Migration } from './migration.js';

/** What parked runs wait for of other runs. */
export const waits: Migration = {
  version: 8,
  name: 'waits',
  // Older code leaves no news of what it does; the sweep finds that, within a minute or so.
  compatibleFrom: 7,
  text: (s) => [awaitedColumn(s), tables(s), firstPages(s), cancelRun(s), comments(s)].join('\n'),
};

// HAZARD: no index on it, ever: that it changes must not cost a run its place beside its old version.
const awaitedColumn = (s: Schema): string => `
alter table ${s.runs} add column awaited int not null default 0;`;

const tables = (s: Schema): string => `
create table ${s.waits} (
  run_id text collate "C" not null,
  seq int not null,
  target_id text collate "C" not null,
  kind text collate "C" not null check (kind in ('result', 'event', 'stream')),
  name text collate "C",
  position int,
  noted_at timestamptz not null default clock_timestamp(),
  primary key (run_id, seq),
  constraint waits_are_whole
    check ((name is not null) = (kind <> 'result') and (position is not null) = (kind = 'stream'))
) with (vacuum_truncate = false);
create index waits_target on ${s.waits} (target_id);
create table ${s.news} (
  id bigint generated always as identity primary key,
  run_id text collate "C" not null
) with (vacuum_truncate = false);`;

// As in the first migration: pages to begin with, so that plans made now are right for what is to come.
const firstPages = (s: Schema): string => `
insert into ${s.waits} (run_id, seq, target_id, kind, name)
select 'filler', n, 'filler', 'event', repeat('x', 1500) from generate_series(1, 200) n;
delete from ${s.waits};
insert into ${s.news} (run_id) select repeat('x', 1500) from generate_series(1, 200);
delete from ${s.news};`;

function comments(s: Schema): string {
  return [
    describe(s.runs, 'Holdfast: runs of workflows.', {
      awaited: 'Not 0 if parked runs may wait for something of it: raised whenever one notes so.',
    }),
    describe(s.waits, 'Holdfast: what parked runs wait for of other runs.', {
      run_id: 'The run that waits.',
      seq: 'The call of it that waits.',
      target_id: 'The run of which something is waited for.',
      kind: 'result: that it ends. event, stream: something that it shows.',
      name: 'The name of the event or of the stream.',
      position: 'The position of the value of the stream that is waited for.',
      noted_at: 'When it was noted, which is just before the run is parked.',
    }),
    describe(
      s.news,
      'Holdfast: runs of which something came about that parked runs wait for. Whoever wakes those deletes the row.',
      { id: 'One for each piece of news.', run_id: 'The run that it is about.' },
    ),
  ].join('\n');
}
