import { quoteLiteral, type Schema } from '../../sql/names.js';
import { cancelRuns } from '../../sql/runs/cancel.js';
import { cancelTrees } from '../../sql/runs/cancel-trees.js';
import { executing } from './executing.js';

/** The most ids in one notification: with the longest of them, it stays below the limit of 8000 bytes. */
const IDS_TOLD = 7;

/**
 * Cancels a run from any language: what app.runs.cancel() is in TypeScript.
 *
 * The run's row stays locked until the caller's transaction ends, as with any update; what is written of that run waits.
 * A child that was just being recorded is seen by the next look, and none is recorded once its parent is cancelled.
 */
export function cancelRun(s: Schema): string {
  const asked = ['json_build_array(cancel_run.run_id)::text'];
  return `
create or replace function ${s.quoted}.cancel_run(run_id text, children boolean default false) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $holdfast$
#variable_conflict use_column
declare
  one text;
  found text[];
  cancelled text[] := '{}';
begin
  perform ${s.quoted}.check_name(cancel_run.run_id, 'id of the run');
  loop
    found := '{}';
    if cancel_run.children then
      for one in ${executing(s, cancelTrees, asked)} loop
        found := found || one;
      end loop;
    else
      for one in ${executing(s, cancelRuns, asked)} loop
        found := found || one;
      end loop;
    end if;
    cancelled := cancelled || found;
    exit when found = '{}' or not cancel_run.children;
  end loop;
  -- Their executors are told, and whoever waits for them. Parents that are parked are due by now.
  perform pg_notify(${quoteLiteral(s.name)}, json_build_object('k', 'cancelled', 'r', json_agg(c.id))::text)
  from unnest(cancelled) with ordinality as c(id, n) group by (c.n - 1) / ${IDS_TOLD};
  if cancelled <> '{}' then
    perform pg_notify(${quoteLiteral(s.name)}, json_build_object('k', 'work')::text);
  end if;
  if exists (select from ${s.news} n where n.run_id = any(cancelled)) then
    perform pg_notify(${quoteLiteral(s.name)}, json_build_object('k', 'news')::text);
  end if;
  return cancel_run.run_id = any(cancelled);
end
$holdfast$;`;
}
