import type { Schema } from '../../sql/names.js';

/**
 * Deletes what is kept of runs beside their rows. Answers 0.
 *
 * HAZARD: a function, so that it sees what was committed while the statement that deletes the runs waited for their locks: an
 * entry that was left behind would be taken for that of a later run with the same id.
 *
 * HAZARD: plans are kept while tables grow, and these are never to be read whole.
 */
export function forgetRuns(s: Schema): string {
  return `
create function ${s.forgetRuns}(ids text[]) returns int
language plpgsql volatile set enable_seqscan = off
as $holdfast$
begin
  delete from ${s.steps} g where g.run_id = any (ids);
  delete from ${s.messages} g where g.run_id = any (ids);
  delete from ${s.events} g where g.run_id = any (ids);
  delete from ${s.streams} g where g.run_id = any (ids);
  delete from ${s.streamValues} g where g.run_id = any (ids);
  delete from ${s.waits} g where g.run_id = any (ids);
  return 0;
end
$holdfast$;
comment on function ${s.forgetRuns} is 'Holdfast: deletes what is kept of runs beside their rows.';`;
}
