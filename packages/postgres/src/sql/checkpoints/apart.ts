import { number, text, textOrNull } from '../cells.js';
import { nothing, statement } from '../statement.js';

/** Whether the table for checkpoints in this database is there. */
export const readHasCheckpoints = statement<[schema: string], number>(
  'read_has_checkpoints',
  () => `
select count(*)::int as present
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1::text and c.relname = 'checkpoints'`,
  (row) => number(row['present']),
);

/** Whether the schema is there: to create it if it is not takes a right that may be missing. */
export const readHasSchema = statement<[schema: string], number>(
  'read_has_schema',
  () => `select count(*)::int as present from pg_catalog.pg_namespace n where n.nspname = $1::text`,
  (row) => number(row['present']),
);

export const createSchema = statement<[], undefined>(
  'create_schema',
  (s) => `create schema if not exists ${s.quoted}`,
  nothing,
);

/** A checkpoint hangs on the run's key, which is never used twice, as its run is in another database. */
export const createCheckpoints = statement<[], undefined>(
  'create_checkpoints',
  (s) => `
create table if not exists ${s.checkpoints} (
  run_key uuid not null,
  run_id text collate "C" not null,
  seq int not null,
  name text collate "C" not null,
  output json not null,
  output_extra json,
  created_at timestamptz not null default clock_timestamp(),
  primary key (run_key, seq)
)`,
  nothing,
);

/** Writes a checkpoint beside the user's rows, in a database that is not the store's. */
export const recordApart = statement<
  [runKey: string, runId: string, seq: number, name: string, output: string, outputExtra: string | null],
  number
>(
  'record_apart',
  (s) => `
with written as (
  insert into ${s.checkpoints} (run_key, run_id, seq, name, output, output_extra)
  values ($1::text::uuid, $2::text, $3::int, $4::text, $5::text::json, $6::text::json)
  on conflict (run_key, seq) do nothing
  returning seq
)
select count(*)::int as written from written`,
  (row) => number(row['written']),
);

/** The value of a step whose transaction did commit. */
export const findApart = statement<
  [runKey: string, seq: number],
  { readonly output: string; readonly outputExtra: string | null }
>(
  'find_apart',
  (s) => `
select c.output::text as output, c.output_extra::text as output_extra from ${s.checkpoints} c
where c.run_key = $1::text::uuid and c.seq = $2::int`,
  (row) => ({ output: text(row['output']), outputExtra: textOrNull(row['output_extra']) }),
);
