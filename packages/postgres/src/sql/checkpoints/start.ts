import { number, text } from '../cells.js';
import { msInterval } from '../fragments.js';
import { statement } from '../statement.js';

/**
 * Inserts a pending run, and a notification that is sent when the user's transaction commits.
 *
 * One whose id is taken is passed over; {@link readTaken} then tells by whom.
 */
export const insertRun = statement<
  [
    id: string,
    key: string,
    workflow: string,
    version: string,
    input: string,
    inputExtra: string | null,
    tags: string | null,
    delayMs: string,
    channel: string,
    payload: string,
  ],
  number
>(
  'insert_run',
  (s) => `
with clock as materialized (select clock_timestamp() as now),
written as (
  insert into ${s.runs} (
    id, key, workflow, version, state, epoch, input, input_extra, tags, wake_at, created_at)
  select $1::text, $2::text::uuid, $3::text, $4::text, 'pending', 0, $5::text::json, $6::text::json, $7::text::jsonb,
    clock.now + ${msInterval('$8::text::float8')}, clock.now
  from clock
  on conflict (id) do nothing
  returning id
)
select count(*)::int as written, max(pg_notify($9::text, $10::text)::text) as told from written`,
  (row) => number(row['written']),
);

/** Whose run has this id. A statement of its own: it sees what was committed while the insert waited for it. */
export const readTaken = statement<[id: string], { readonly key: string; readonly workflow: string }>(
  'read_taken',
  (s) => `select r.key::text as key, r.workflow from ${s.runs} r where r.id = $1::text`,
  (row) => ({ key: text(row['key']), workflow: text(row['workflow']) }),
);
