import { fromMs } from '../../sql/fragments.js';
import type { Schema } from '../../sql/names.js';

/**
 * Writes a checkpoint into the journal, beside the user's rows. A function, as the plans of what is in it are kept with the
 * session: other libraries do not prepare what they are given, and to plan this text took four times as long as all else.
 *
 * HAZARD: the same as in a batch's steps, and met by the same lock, held until the user's transaction ends. As claims
 * alone wait for it (in fact they pass the run over), a transaction that lingers holds up nobody else.
 */
export function recordCheckpoint(s: Schema): string {
  return `
create or replace function ${s.quoted}.record_checkpoint(
  run_id text, epoch int, seq int, ordinal int, kind text, name text, attempt int,
  output text, output_extra text, undo boolean, started_at float8, completed_at float8
) returns text
language plpgsql volatile as $holdfast$
#variable_conflict use_column
begin
  if $10 then
    perform from ${s.runs} r where r.id = $1 and r.epoch = $2 and r.state = 'running' for share of r;
  else
    perform from ${s.runs} r where r.id = $1 and r.epoch = $2 and r.state = 'running' for key share of r;
  end if;
  if not found then
    return 'lost';
  end if;
  insert into ${s.steps} as known (
    run_id, seq, ordinal, kind, name, attempt, epoch, output, output_extra, started_at, completed_at, undo)
  values ($1, $3, $4, $5, $6, $7, $2, $8::json, $9::json, ${fromMs('$11')}, ${fromMs('$12')}, nullif($10, false))
  -- A call of which an earlier attempt failed takes its outcome; one that has an outcome keeps it.
  on conflict (run_id, seq) do update set
    ordinal = excluded.ordinal, attempt = excluded.attempt, epoch = excluded.epoch,
    output = excluded.output, output_extra = excluded.output_extra, error = null, error_extra = null,
    retry_at = null, completed_at = excluded.completed_at, undo = excluded.undo
  where known.ordinal is null;
  return case when found then 'written' else 'exists' end;
end
$holdfast$;
comment on function ${s.quoted}.record_checkpoint is 'Holdfast: writes the outcome of a transactional step.';`;
}
