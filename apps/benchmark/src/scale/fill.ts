import type { ClientBase } from 'pg';
import { finishedRuns, finishedSteps, openRuns, tallied } from './past.js';

/** So many runs are written by one statement. */
const PORTION = 500_000;

/** Tells how far it has come. */
type Say = (what: string) => void;

/**
 * Fills the tables of a new schema with runs that ended, as three months of work would have left them. All is made of the
 * number of a run, so that two fills are alike.
 *
 * Indexes are dropped meanwhile and made anew, which takes minutes less.
 */
export async function fill(client: ClientBase, runs: number, say: Say): Promise<void> {
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '1GB'`);
  const rebuild = await withoutIndexes(client);
  for (let from = 1; from <= runs; from += PORTION) {
    const to = Math.min(from + PORTION - 1, runs);
    await client.query(finishedRuns({ from, to, of: runs }));
    await client.query(finishedSteps({ from, to, of: runs }));
    say(`${to} runs`);
  }
  await client.query(openRuns({ count: Math.min(20_000, Math.ceil(runs / 10)) }));
  for (const text of rebuild) {
    say(text);
    await client.query(text);
  }
  await client.query(tallied());
  say('vacuum analyze');
  await client.query('vacuum analyze');
  await client.query('checkpoint');
}

/** Drops the indexes of runs and steps. Answers the statements that make them again. */
async function withoutIndexes(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ drop: string; make: string }>(`
    select
      case when k.conname is null then format('drop index %s', i.indexrelid::regclass)
        else format('alter table %s drop constraint %I', i.indrelid::regclass, k.conname) end as drop,
      case when k.conname is null then pg_get_indexdef(i.indexrelid)
        else format('alter table %s add constraint %I %s', i.indrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) end as make
    from pg_index i
    left join pg_constraint k on k.conindid = i.indexrelid and k.contype = 'p'
    where i.indrelid in ('holdfast.runs'::regclass, 'holdfast.steps'::regclass)`);
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ make }) => make);
}
