import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import type { Migration } from './migration.js';

/** The limits of queues, and what fairness between the partitions of a queue has to remember. */
export const queues: Migration = {
  version: 2,
  name: 'queues',
  text: (s) => [queuesTable(s), partitionsTable(s), comments(s)].join('\n'),
};

// Its rows change with every claim from a limited queue, so room is left for their versions to stay on one page.
const queuesTable = (s: Schema): string => `
create table ${s.queues} (
  name text collate "C" primary key,
  concurrency int check (concurrency > 0),
  worker_concurrency int check (worker_concurrency > 0),
  rate_limit int check (rate_limit > 0),
  rate_per_ms float8 check (rate_per_ms > 0),
  partition_concurrency int check (partition_concurrency > 0),
  partition_rate_limit int check (partition_rate_limit > 0),
  partition_rate_per_ms float8 check (partition_rate_per_ms > 0),
  partition_weights jsonb,
  parked_hold_slots boolean not null default false,
  paused_at timestamptz,
  definition jsonb,
  recent_starts jsonb,
  virtual_time float8 not null default 0,
  swept_to text collate "C",
  line_changes int not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz,
  constraint queues_rate_is_whole check ((rate_limit is null) = (rate_per_ms is null)),
  constraint queues_partition_rate_is_whole
    check ((partition_rate_limit is null) = (partition_rate_per_ms is null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);`;

const partitionsTable = (s: Schema): string => `
create table ${s.partitions} (
  queue text collate "C" not null,
  key text collate "C" not null,
  virtual_time float8 not null default 0,
  recent_starts jsonb,
  primary key (queue, key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);`;

function comments(s: Schema): string {
  return [
    describe(s.queues, 'Holdfast: queues and their limits. A limit that is null does not exist.', {
      name: 'Its name.',
      concurrency: 'The most runs of it that are in hands at a time, in all processes together.',
      worker_concurrency: 'The same for each process.',
      rate_limit: 'The most runs of it that are begun in any span of rate_per_ms.',
      rate_per_ms: 'The length of that span, in milliseconds.',
      partition_concurrency: 'Like concurrency, for each partition key.',
      partition_rate_limit: 'Like rate_limit, for each partition key.',
      partition_rate_per_ms: 'Like rate_per_ms, for each partition key.',
      partition_weights: 'Shares of partition keys that do not have the share 1.',
      parked_hold_slots: 'Whether a run that is parked counts for the concurrency.',
      paused_at: 'Since when nothing is taken from it.',
      definition: 'As it was last applied by a program: limits changed since by hand stay until it changes.',
      recent_starts: 'When runs were begun lately: pairs of a moment and a count.',
      created_at: 'When it was first defined.',
      updated_at: 'When its limits were last set; null if they never were.',
      swept_to:
        'The partition key up to which those with work were looked up last, if there are too many to look at all at once.',
      line_changes:
        'How often runs of it changed their place in line by hand, or came back to it: who remembers where the line begins looks anew.',
      virtual_time: 'How far its partitions have been served: who comes in new begins here.',
    }),
    describe(s.partitions, 'Holdfast: partitions of queues that have been served lately.', {
      queue: 'The queue.',
      key: 'The partition key.',
      virtual_time: 'How much it was served, by its share. The one with the least is next.',
      recent_starts: 'When runs of it were begun lately: pairs of a moment and a count.',
    }),
  ].join('\n');
}
