import type { Schema } from '../../names.js';

/**
 * The mail of a batch.
 *
 * `caller` and `seq` are the run and the call that it comes with, if it comes with one; `origin_seq` is what a value is marked with.
 */
export function readMail(given: string): string {
  return `
mailing as materialized (
  select * from json_to_recordset(${given}::json) as e(
    at int, op text, caller text, seq int, run_id text, epoch int, is_strange boolean, name text, key text,
    value text, value_extra text, origin_seq int, message_id bigint,
    trace_context text)
)`;
}

/**
 * The heads of the streams that a batch writes to. A stream that nobody has written to yet has no head.
 *
 * HAZARD: whoever writes to a stream, or deletes it, has locked its run before, and so has the stream to itself. Were heads
 * locked first, one that came into being after this statement's snapshot would be locked later, and two batches could
 * wait for each other.
 *
 * They are locked all the same, as that shows how they are by now: a snapshot may be older than the lock on the run.
 */
export function readHeads(s: Schema): string {
  return `
heads as materialized (
  select h.run_id, h.name, l.closed_at from (
    select distinct e.run_id, e.name from mailing e where e.op in ('write', 'close') order by e.run_id, e.name offset 0
  ) h
  cross join lateral (
    select k.closed_at from ${s.streams} k where k.run_id = h.run_id and k.name = h.name for no key update of k
  ) l
  where ${RUNS_ARE_LOCKED}
)`;
}

/** A condition without columns: it is looked at before the first row is read. */
export const RUNS_ARE_LOCKED = '(select count(*) from locked) >= 0';
