import type { Schema } from '../sql/names.js';
import { type Descriptions, describe } from './describe.js';
import type { Migration } from './migration.js';

/**
 * Runs, their journals, and the executors that hold them.
 *
 * Text that is compared is collated "C": bytes compare faster than words of a language do, and the same on every server.
 * Names of indexes are not qualified: an index is made in its table's schema.
 */
export const runs: Migration = {
  version: 1,
  name: 'runs',
  text: (s) =>
    [
      migrationsTable(s),
      executorsTable(s),
      runsTable(s),
      runsStatistics(s),
      stepsTable(s),
      hasUndo(s),
      isCancelled(s),
      firstPages(s),
      comments(s),
    ].join('\n'),
};

const migrationsTable = (s: Schema): string => `
create table ${s.migrations} (
  version int primary key,
  name text not null,
  compatible_from int not null,
  applied_at timestamptz not null default clock_timestamp(),
  installation_id uuid
);`;

const executorsTable = (s: Schema): string => `
create table ${s.executors} (
  id text collate "C" primary key,
  lock_key bigint not null,
  host text not null,
  pid int not null,
  started_at timestamptz not null,
  lease_until timestamptz not null,
  attended_at timestamptz,
  stopped_at timestamptz,
  serves json
);`;

// HAZARD: who holds a run is a column of its own, and not an index on executor_id where state = 'running'. Every fence says
// state = 'running', so the planner would take that index for the fence, and read all that run to find one (tried: steps
// took twice as long, and it grows).
//
// HAZARD: the same goes for those that are for whoever looks at runs: runs_by_…, runs_listed, runs_idle, runs_ended_in_queue.
// No condition of a claim or a fence implies theirs, so only a statement that says so itself can take them. A run that is
// begun where it is started and succeeds is never in runs_listed and runs_idle, and in the others once, when it has ended:
// runs in hands are few, and lists find them by runs_held.
//
// Room is left on each page, so that a run's new version goes beside the old one, and vacuum comes early: finished
// runs stay, but every run leaves a few dead versions behind.
const runsTable = (s: Schema): string => `
create table ${s.runs} (
  id text collate "C" primary key,
  key uuid not null,
  workflow text collate "C" not null,
  version text collate "C" not null,
  state text collate "C" not null
    check (state in ('pending', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled')),
  executor_id text collate "C",
  held_by text collate "C" generated always as (
    case when state = 'running' or state in ('cancelled', 'pending') and holds_slot then executor_id end) stored,
  epoch int not null,
  takeovers int not null default 0,
  takeover_seq int,
  deaths jsonb,
  signals int not null default 0,
  wake_at timestamptz,
  input json not null,
  input_extra json,
  output json,
  output_extra json,
  error json,
  error_extra json,
  tags jsonb,
  parent_id text collate "C",
  is_detached boolean not null default false,
  is_unwinding boolean not null default false,
  is_failing boolean not null default false,
  forked_from text collate "C",
  seed uuid,
  schedule text collate "C",
  queue text collate "C",
  partition_key text collate "C",
  priority int not null default 0,
  place bigint,
  in_line boolean not null default false,
  holds_slot boolean not null default false,
  deduplication_key text collate "C",
  deduplication_scope text collate "C" check (deduplication_scope in ('singleton', 'debounce')),
  debounce_until timestamptz,
  timeout_ms float8,
  deadline timestamptz,
  created_at timestamptz not null,
  started_at timestamptz,
  logical_start timestamptz,
  completed_at timestamptz,
  constraint runs_running_has_executor
    check (state <> 'running' or (executor_id is not null and started_at is not null)),
  constraint runs_ended_has_time
    check ((completed_at is not null) = (state in ('succeeded', 'failed', 'cancelled')))
) with (
  fillfactor = 80, vacuum_truncate = false,
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

create index runs_due on ${s.runs} (workflow, version, wake_at, id)
  where queue is null and state in ('pending', 'waiting') and wake_at is not null;
create index runs_line on ${s.runs} (queue, (coalesce(partition_key, '')), workflow, version, priority, place)
  where in_line and started_at is null and state in ('pending', 'waiting');
create index runs_begun on ${s.runs} (queue, (coalesce(partition_key, '')), workflow, version, priority, place)
  where in_line and started_at is not null and state in ('pending', 'waiting');
create index runs_ripening on ${s.runs} (queue, wake_at)
  where queue is not null and not in_line and not holds_slot and state in ('pending', 'waiting', 'paused');
create index runs_kept on ${s.runs} (queue, wake_at) where holds_slot and state = 'waiting';
create index runs_slots on ${s.runs} (queue, (coalesce(partition_key, ''))) where holds_slot;
create unique index runs_deduplication on ${s.runs} (
  (coalesce(deduplication_scope || ' ' || workflow, 'queue ' || queue, 'workflow ' || workflow)), deduplication_key)
  where deduplication_key is not null and state in ('pending', 'running', 'waiting', 'paused')
    and (deduplication_scope is distinct from 'debounce' or started_at is null);
create index runs_deadline on ${s.runs} (deadline)
  where deadline is not null and state in ('pending', 'running', 'waiting', 'paused');
create index runs_held on ${s.runs} (held_by) where held_by is not null;
create index runs_children on ${s.runs} (parent_id) where parent_id is not null;
create index runs_forks on ${s.runs} (forked_from) where forked_from is not null;
create index runs_tagged on ${s.runs} using gin (tags jsonb_path_ops) where tags is not null;
create index runs_by_workflow on ${s.runs} ((workflow || ''), created_at) where held_by is null;
create index runs_listed on ${s.runs} ((state || ''), (case when queue is null then 0 else 1 end), created_at)
  where state || '' in ('pending', 'waiting', 'paused', 'failed', 'cancelled');
create index runs_by_version on ${s.runs} ((version || ''), created_at) where held_by is null;
create index runs_by_partition on ${s.runs} ((partition_key || ''), created_at)
  where partition_key || '' is not null;
create index runs_by_deduplication on ${s.runs} ((deduplication_key || ''), created_at)
  where deduplication_key || '' is not null;
create index runs_ended_in_queue on ${s.runs} ((queue || ''), created_at)
  where completed_at is not null and queue || '' is not null;
create index runs_idle on ${s.runs} (workflow, version, queue, state)
  where completed_at is null and held_by is null;
create index runs_created on ${s.runs} (created_at) where held_by is null;
create index runs_completed on ${s.runs} (completed_at) where completed_at is not null;
create sequence ${s.places};`;

// Of an expression in a partial index the planner uses no statistics, and takes one run in 200 to have any value: it then
// reads all failed runs to find those of a rare workflow. Postgres 13 knows none of expressions alone, and goes on so.
const runsStatistics = (s: Schema): string => `
do $do$ begin
  if current_setting('server_version_num')::int >= 140000 then
    create statistics ${s.quoted}.runs_workflow on (workflow || '') from ${s.runs};
    create statistics ${s.quoted}.runs_version on (version || '') from ${s.runs};
    create statistics ${s.quoted}.runs_state on (state || '') from ${s.runs};
    create statistics ${s.quoted}.runs_is_queued on (case when queue is null then 0 else 1 end) from ${s.runs};
    create statistics ${s.quoted}.runs_queue on (queue || '') from ${s.runs};
    create statistics ${s.quoted}.runs_partition on (partition_key || '') from ${s.runs};
    create statistics ${s.quoted}.runs_key on (deduplication_key || '') from ${s.runs};
  end if;
end $do$;`;

const stepsTable = (s: Schema): string => `
create table ${s.steps} (
  run_id text collate "C" not null,
  seq int not null,
  ordinal int,
  kind text collate "C" not null,
  name text collate "C" not null,
  attempt int not null,
  epoch int not null,
  output json,
  output_extra json,
  error json,
  error_extra json,
  child_id text collate "C",
  retry_at timestamptz,
  started_at timestamptz not null,
  completed_at timestamptz,
  undo boolean,
  primary key (run_id, seq),
  constraint steps_result_is_whole
    check (ordinal is null or (completed_at is not null and (output is null) <> (error is null)))
) with (vacuum_truncate = false);`;

// HAZARD: a function, and not a query in the statement that asks: each query of a volatile function sees what is committed
// by then, and so what was written while the statement waited for its lock on the run. The same holds for the next one.
const isCancelled = (s: Schema): string => `
create function ${s.isCancelled}(run text) returns boolean language plpgsql volatile as $$
begin
  return exists (select from ${s.runs} r where r.id = run and (r.state = 'cancelled' or r.is_unwinding));
end $$;
comment on function ${s.isCancelled} is 'Holdfast: whether a run was cancelled.';`;

const hasUndo = (s: Schema): string => `
create function ${s.hasUndo}(run text) returns boolean language plpgsql volatile as $$
begin
  return exists (select from ${s.steps} c where c.run_id = run and c.undo);
end $$;
comment on function ${s.hasUndo} is 'Holdfast: whether a run has something to undo.';`;

// Gives both tables some empty pages to begin with, to be filled later and never given back.
//
// HAZARD: a prepared statement keeps its plan until the table is next analyzed. For a table of a page or two the planner
// reads it whole rather than use an index, and that plan stays while a new installation takes its first load (tried:
// after growing to 370,000 runs, a burial took 23 seconds instead of 12 milliseconds). With these pages it never does.
// So many rows of runs that runs_created, which holds ids too, takes a page more than the key: it is never the cheaper one.
const firstPages = (s: Schema): string => `
insert into ${s.runs} (id, key, workflow, version, state, epoch, input, created_at, completed_at)
select 'filler ' || n, gen_random_uuid(), 'filler', '1', 'cancelled', 0, to_json(repeat('x', 1500)), now(), now()
from generate_series(1, 240) n;
delete from ${s.runs};

insert into ${s.steps} (run_id, seq, kind, name, attempt, epoch, output, started_at)
select 'filler', n, 'step', 'filler', 1, 0, to_json(repeat('x', 1500)), now() from generate_series(1, 200) n;
delete from ${s.steps};`;

function comments(s: Schema): string {
  return [
    describe(s.migrations, 'Holdfast: which migrations these tables have had.', MIGRATIONS),
    describe(
      s.executors,
      'Holdfast: processes that execute runs, and until when each is believed to live.',
      EXECUTORS,
    ),
    describe(s.runs, 'Holdfast: runs of workflows.', RUNS),
    describe(
      s.steps,
      'Holdfast: the journals of runs, one row per call. Without a foreign key, as it would cost every row: whoever deletes a run deletes these too.',
      STEPS,
    ),
  ].join('\n');
}

const MIGRATIONS: Descriptions = {
  compatible_from: 'The oldest version whose code can still work with the tables after this one.',
  installation_id: 'On the first row: what tells these tables from those of another database.',
};

const EXECUTORS: Descriptions = {
  id: 'A process that executes runs, or one app of several in it.',
  lock_key: 'The advisory lock that its session holds for as long as it lives.',
  host: 'The machine it runs on.',
  pid: 'Its process id there.',
  started_at: 'When it registered.',
  lease_until: 'Until when it is believed to live without another word from it.',
  attended_at: 'Since when its session holds the lock; null if only the lease shows that it lives.',
  serves: 'The workflows and versions it has, and the queues it serves (null for all).',
  stopped_at: 'When it signed off or was declared dead. Its row is kept for a day.',
};

const RUNS: Descriptions = {
  id: 'Given by the user, or made up.',
  key: 'Never used twice, even when an id is: derived values and checkpoints in other databases hang on it.',
  workflow: 'The name of the workflow.',
  version: 'The version of the workflow that it began with. Only an executor that has this version takes it.',
  state:
    'pending: due at wake_at. running: in the hands of executor_id. waiting: parked, due at wake_at or when something comes in. paused: until somebody resumes it. The others are final.',
  executor_id: 'Who holds it, or for a run that has ended who held it last.',
  held_by:
    'executor_id while it runs, or while code of it that was cancelled runs on and so keeps its slot, even if it was resumed since; else null.',
  epoch: 'Raised by each claim and by a cancel. Every write of an executor is conditional on it.',
  signals: 'How many things have come in for it.',
  wake_at:
    'When it is due; null while it runs, when it has ended, and when it waits for something without a time limit.',
  input: 'The arguments, as plain JSON.',
  input_extra: 'What JSON cannot say of them (dates, maps, cycles); null for most.',
  output: 'The result, as plain JSON.',
  output_extra: 'What JSON cannot say of it; null for most.',
  error: 'Why it failed, as plain JSON.',
  error_extra: 'What JSON cannot say of it; null for most.',
  tags: 'Names and values to find it by.',
  parent_id: 'The run that started it and is told when it ends.',
  is_detached: 'Whether it lives on when its parent is cancelled or runs out of time.',
  is_unwinding: 'Whether it failed or was cancelled, and undos of it are left to run.',
  is_failing: 'Whether it ends as failed when its undos have run; else as cancelled.',
  takeovers: 'How often in a row it was taken over from a dead executor without having come further.',
  takeover_seq: 'Its last recorded call at the last such takeover; -1 for none.',
  deaths: 'The executors that died with it since then, the last ten: id, host, pid, and when.',
  forked_from: 'The run that it was forked from.',
  seed: 'What derived values hang on, if not the key: in a fork, that of the run it was forked from.',
  schedule: 'The schedule whose tick it is.',
  queue: 'The queue it waits in.',
  partition_key: 'The part of its queue that it belongs to, with limits of its own.',
  priority: 'Lower ones are taken first.',
  place: 'Its place in its queue: the order in which runs were enqueued.',
  in_line: 'Whether it is due and waits only for its turn in its queue.',
  holds_slot: 'Whether it counts for the concurrency of its queue.',
  deduplication_key:
    'No two runs that have not ended share one in a queue or, without a queue, in a workflow.',
  deduplication_scope:
    "singleton: the key is its workflow's own. debounce: it is a key of a debounce, until the run begins. Either holds in the workflow, whatever the queue. Null: the key is of a start.",
  debounce_until: 'Up to when further calls of its debounce can put it off; null for other runs.',
  timeout_ms: 'How long it may take from when it is first taken up.',
  deadline: 'When it must have ended.',
  created_at: 'When it was recorded.',
  started_at: 'When an executor first took it.',
  logical_start: 'In a fork: when the run that it was forked from began. What now() says at first.',
  completed_at: 'When it ended.',
};

const STEPS: Descriptions = {
  run_id: 'The run.',
  seq: 'The place of this call in the order in which the workflow called, from 0.',
  ordinal:
    'The place of its result in the order in which results were handed to the workflow; null while it has none.',
  kind: 'What kind of call it is.',
  name: 'What was called.',
  attempt: 'The number of the last attempt.',
  epoch: 'The epoch of the run in which this was written.',
  output: 'The result, as plain JSON.',
  output_extra: 'What JSON cannot say of it; null for most.',
  error: 'Why it failed, or the last attempt did, as plain JSON.',
  error_extra: 'What JSON cannot say of it; null for most.',
  child_id: 'The run that the call started or waited for.',
  retry_at: 'When the next attempt is due.',
  started_at: 'When the call began.',
  completed_at: 'When it had its result.',
  undo: 'True if it succeeded and is undone should the run fail or be cancelled.',
};
