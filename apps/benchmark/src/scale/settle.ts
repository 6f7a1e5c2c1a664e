import type { ClientBase } from 'pg';

/** So many runs at a time, each with five steps. */
const PORTION = 20_000;
const STEPS = 5;
/** A portion that made the tables larger by so many bytes for each row went to new pages, most of it. */
const GROWN = { runs: 150, steps: 70 };

/** As small as a run that was just enqueued, with ids that begin with the moment. */
const RUNS = `
insert into holdfast.runs (id, key, workflow, version, state, epoch, input, created_at, completed_at)
select overlay(overlay(gen_random_uuid()::text placing left(m.hex, 8) from 1) placing substr(m.hex, 9) from 10),
  gen_random_uuid(), 'small', '1', 'cancelled', 0, '[5]', m.at, m.at
from (
  select clock_timestamp() as at, lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') as hex
  from generate_series(1, ${PORTION})
) m
returning id`;

const BOTH = `
with written as (${RUNS}),
counted as (insert into holdfast.tallies (workflow, state, runs) values ('small', 'cancelled', ${PORTION}))
insert into holdfast.steps (run_id, seq, ordinal, kind, name, attempt, epoch, output, started_at, completed_at)
select w.id, n, n, 'step', 'step', 1, 1, '1', now(), now() from written w cross join generate_series(0, ${STEPS - 1}) n`;

/**
 * Writes small rows until they go to new pages, as they do in a table that has grown.
 *
 * After rows of many sizes were written all at once and vacuumed, nearly each page has room for one more small one, and the
 * server fills that first. So each of the next million rows would change a page of its own.
 */
export async function settle(client: ClientBase, say: (what: string) => void): Promise<void> {
  await client.query('set synchronous_commit = off');
  for (let runs = PORTION; ; runs += PORTION) {
    const before = await sizes(client);
    await client.query(BOTH);
    const after = await sizes(client);
    const grown = {
      runs: (after.runs - before.runs) / PORTION,
      steps: (after.steps - before.steps) / PORTION / STEPS,
    };
    say(
      `${runs} small runs more: bytes more for each ${grown.runs.toFixed(0)}, for each step ${grown.steps.toFixed(0)}`,
    );
    if (grown.runs > GROWN.runs && grown.steps > GROWN.steps) break;
  }
  await client.query('checkpoint');
}

async function sizes(client: ClientBase): Promise<{ readonly runs: number; readonly steps: number }> {
  const { rows } = await client.query(
    `select pg_relation_size('holdfast.runs')::float8 as runs, pg_relation_size('holdfast.steps')::float8 as steps`,
  );
  return rows[0];
}
