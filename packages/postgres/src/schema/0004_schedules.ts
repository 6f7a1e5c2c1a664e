import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import type { Migration } from './migration.js';

/** What is started by the clock. */
export const schedules: Migration = {
  version: 4,
  name: 'schedules',
  text: (s) => [schedulesTable(s), comments(s)].join('\n'),
};

const schedulesTable = (s: Schema): string => `
create table ${s.schedules} (
  name text collate "C" primary key,
  cron text not null,
  time_zone text not null,
  workflow text collate "C" not null,
  version text collate "C" not null,
  input json not null,
  input_extra json,
  tags jsonb,
  queue text collate "C",
  priority int not null default 0,
  partition_key text collate "C",
  timeout_ms float8,
  is_singleton boolean not null default false,
  catch_up text collate "C" not null check (catch_up in ('skip', 'one', 'all')),
  overlap text collate "C" not null check (overlap in ('allow', 'skip', 'cancel')),
  next_at timestamptz,
  last_at timestamptz,
  paused_at timestamptz,
  definition jsonb,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create index schedules_next on ${s.schedules} (next_at) where paused_at is null and next_at is not null;
create index runs_scheduled on ${s.runs} (schedule, created_at) where schedule is not null;
create index runs_unended_scheduled on ${s.runs} (schedule)
  where schedule is not null and state in ('pending', 'running', 'waiting', 'paused');`;

function comments(s: Schema): string {
  return describe(
    s.schedules,
    'Holdfast: schedules. Each tick is a run whose id is made of the name and the moment.',
    {
      name: 'Its name.',
      cron: 'When it ticks: five fields, or six with seconds first.',
      time_zone: 'The time zone in which the cron expression is read.',
      workflow: 'What each tick starts.',
      version: 'The version of the workflow that runs of it are recorded with.',
      input: 'The arguments of its runs, as plain JSON. The first stands for the moment of the tick.',
      input_extra: 'What JSON cannot say of them; null for most.',
      tags: 'The tags of its runs.',
      queue: 'The queue of its runs.',
      priority: 'The priority of its runs.',
      partition_key: 'The partition key of its runs.',
      timeout_ms: 'How long each of its runs may take.',
      is_singleton: 'Whether its workflow is a singleton: a tick passes while any run of that has not ended.',
      catch_up: 'What becomes of ticks that nobody was there for: skip them, start the last one, or all.',
      overlap:
        'What a tick does while a run of an earlier one goes on: start all the same, pass, or cancel that one.',
      next_at: 'The next tick; null if there is none any more.',
      last_at: 'The last tick.',
      paused_at: 'Since when it does not tick.',
      created_at: 'When it was first made.',
      updated_at: 'When it was last changed.',
      definition:
        'As it was last applied by a program: what was changed since by hand stays until it changes.',
    },
  );
}
