import type { Schema } from '../../names.js';

/**
 * The mail of a batch, and the heads of the streams that it writes to, locked: as whoever else appends to one of them must
 * wait, whether it is closed stays as it is read here. A stream that nobody has written to yet has no head.
 *
 * `caller` and `seq` are the run and the call that it comes with, if it comes with one; `origin_seq` is what a value is marked with.
 */
export function readMail(s: Schema, given: string): string {
  return `
mailing as materialized (
  select * from json_to_recordset(${given}::json) as e(
    at int, op text, caller text, seq int, run_id text, epoch int, is_strange boolean, name text, key text,
    value text, value_extra text, origin_seq int, message_id bigint)
),
heads as materialized (
  select h.run_id, h.name, l.closed_at from (
    select distinct e.run_id, e.name from mailing e where e.op in ('write', 'close') order by e.run_id, e.name offset 0
  ) h
  cross join lateral (
    select k.closed_at from ${s.streams} k where k.run_id = h.run_id and k.name = h.name for no key update of k
  ) l
)`;
}

/**
 * HAZARD: heads are locked before runs, everywhere, or two batches might wait for each other. A condition without columns
 * is looked at before the first row is read.
 */
export const AFTER_HEADS = `
  where (select count(*) from heads) >= 0`;
