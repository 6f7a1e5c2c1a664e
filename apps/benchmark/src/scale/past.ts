// What a fill writes, as SQL: each column is made of `n`, the number of the run, or of `h`, a number by chance that hangs
// on it. Earlier runs have lower numbers, as in a table that has grown.

/** Runs from one number to another, of so many in all. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/** How long ago the first run was recorded. */
const DAYS = 90;

/** Most ids are made up; one in ten was given by the user. */
const idOf = (n: string): string =>
  `case when ${n} % 10 = 0 then 'order-' || ${n} else md5('run ' || ${n})::uuid::text end`;

/** The same for every run, and even: 31 bits. */
const hashOf = (n: string): string => `(hashint8(${n}) & 2147483647)`;

const createdAt = (n: string, of: number): string =>
  `now() - interval '${DAYS} days' * (1 - (${n})::float8 / ${of})`;

// One in ten thousand is of a rare workflow, and one in a hundred thousand of one that is rarer still.
const WORKFLOW = `case
    when h % 100000 = 7 then 'yearly-report'
    when h % 10000 = 8 then 'chargeback'
    else (array['checkout', 'checkout', 'checkout', 'refund', 'ship', 'ship', 'notify', 'notify', 'sync-stock', 'invoice',
      'import', 'thumbnail'])[h % 12 + 1] end`;

// A deploy every two days or so; and a version that stood for an hour at the beginning and took one run in a hundred.
const version = (of: number): string => `case
    when n <= ${of} / 2000 and h % 100 = 3 then 'hotfix'
    else 'v' || (n * 40 / ${of + 1} + 1) end`;

const STATE = `case when h % 97 = 1 then 'cancelled' when h % 43 = 2 then 'failed' else 'succeeded' end`;

const QUEUE = `case
    when h % 200000 = 11 then 'once-a-year'
    when h % 5 < 2 then 'queue-' || (h % 8) end`;

/** Runs that ended. */
export function finishedRuns({ from, to, of }: Stretch): string {
  return `
insert into holdfast.runs (id, key, workflow, version, state, executor_id, epoch, input, output, error, tags, parent_id,
  is_detached, forked_from, schedule, queue, partition_key, deduplication_key, deduplication_scope, priority, place,
  created_at, started_at, logical_start, completed_at)
select ${idOf('n')}, md5('key ' || n)::uuid, ${WORKFLOW}, ${version(of)}, s.state,
  'executor-' || md5('executor ' || n * 400 / ${of + 1})::uuid, 1,
  json_build_array(json_build_object('order', n, 'customer', h % 100000, 'note', 'as soon as the shop has it')),
  case when s.state = 'succeeded' then json_build_object('order', n, 'receipt', md5(n::text), 'paid', h % 5000) end,
  case when s.state <> 'succeeded' then json_build_object('name', 'Error', 'message', 'the card was refused: ' || h % 50) end,
  case when h % 4 = 0 then jsonb_build_object('customer', h % 100000, 'region', (array['north', 'south', 'east'])[h % 3 + 1]) end,
  case when n % 20 = 1 and n > ${from} then ${idOf('(n - 1)')} end,
  false,
  case when h % 50000 = 5 and n > ${from} then ${idOf('(n - 1)')} end,
  case when h % 1000 = 6 then 'nightly-' || h % 3 end,
  ${QUEUE},
  case when h % 5 < 2 and h % 3 = 0 then 'tenant-' || h % 3000 end,
  case when h % 100 = 9 then 'once-' || n end, null, 0, case when h % 5 < 2 then n end,
  c.at, c.at + interval '20 ms', c.at + interval '20 ms', c.at + interval '20 ms' + (h % 3000) * interval '1 ms'
from generate_series(${from}::bigint, ${to}::bigint) n
cross join lateral (select ${hashOf('n')} as h, ${createdAt('n', of)} as at) c
cross join lateral (select ${STATE} as state) s`;
}

/** The journals of three runs in five: two to five steps each. */
export function finishedSteps({ from, to, of }: Stretch): string {
  return `
insert into holdfast.steps (run_id, seq, ordinal, kind, name, attempt, epoch, output, started_at, completed_at)
select ${idOf('n')}, seq, seq, 'step', (array['charge card', 'record order', 'send mail', 'tell the shop', 'survey'])[seq + 1],
  1, 1, json_build_object('step', seq, 'reference', md5(n || ' ' || seq)),
  c.at + seq * interval '50 ms', c.at + seq * interval '50 ms' + interval '40 ms'
from generate_series(${from}::bigint, ${to}::bigint) n
cross join lateral (select ${hashOf('n')} as h, ${createdAt('n', of)} as at) c
cross join generate_series(0, (1 + c.h % 4)::int) seq
where c.h % 5 < 3`;
}

/** Runs that sleep since the beginning, for months to come; no process of this benchmark has their workflow. */
export function openRuns({ count }: { readonly count: number }): string {
  return `
insert into holdfast.runs (id, key, workflow, version, state, epoch, wake_at, input, created_at, started_at)
select 'asleep-' || n, gen_random_uuid(), 'subscription', 'v1', 'waiting', 1, now() + interval '200 days',
  json_build_array(n), now() - interval '90 days' + n * interval '1 second', now() - interval '90 days'
from generate_series(1, ${count}) n`;
}

/** The tallies of what was written beside the statements that keep them. */
export function tallied(): string {
  return `
insert into holdfast.tallies (workflow, queue, state, runs)
select r.workflow, r.queue, r.state, count(*) from holdfast.runs r
where r.completed_at is not null group by r.workflow, r.queue, r.state`;
}
