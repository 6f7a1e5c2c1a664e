import pg from 'pg';
import { type Contender, untilOver } from '../contender.js';

const TABLES = `
create table if not exists entries (
  run_id text collate "C" not null, seq int not null, name text not null, output json, at timestamptz not null,
  primary key (run_id, seq));
create table if not exists runs (
  id text collate "C" primary key, workflow text not null, state text not null, input json, output json,
  begun_at timestamptz not null, ended_at timestamptz)`;

const INSERT_ENTRIES = `
insert into entries (run_id, seq, name, output, at)
select e.run_id, e.seq, e.name, e.output, clock_timestamp()
from json_to_recordset($1::json) as e(run_id text, seq int, name text, output json)`;

const INSERT_RUNS = `
insert into runs (id, workflow, state, input, begun_at)
select e.id, e.workflow, 'running', e.input, clock_timestamp()
from json_to_recordset($1::json) as e(id text, workflow text, input json)`;

const END_RUNS = `
update runs r set state = 'succeeded', output = e.output, ended_at = clock_timestamp()
from json_to_recordset($1::json) as e(id text, output json) where r.id = e.id`;

/** The floor: what no journal in Postgres can do without. One connection, one commit for each statement. */
export const bareSql: Contender = {
  name: 'bare SQL',
  package: null,
  settings: 'one connection; a multi-row insert is one statement and one commit',
  node: 24,
  async prepare(url) {
    const { insertEntries, close } = await connected(url);
    let made = 0;
    return {
      async rows({ batch, forMs }) {
        const batches = await untilOver({ atOnce: 1, forMs }, () =>
          insertEntries(Array.from({ length: batch }, (_, seq) => entryOf(`run-${made++}`, seq))),
        );
        return batches * batch;
      },
      close,
    };
  },
};

/** The same floor for whoever knows of runs: each has a row, which is written as it begins and changed as it ends. */
export const bareSqlWithRuns: Contender = {
  name: 'bare SQL, with runs',
  package: null,
  settings: 'the same, and a row for each run, inserted and updated in batches of the same size',
  node: 24,
  async prepare(url) {
    const { insertEntries, insertRuns, endRuns, close } = await connected(url);
    let made = 0;
    return {
      async runs({ steps, atOnce, forMs }) {
        const batches = await untilOver({ atOnce: 1, forMs }, async () => {
          const ids = Array.from({ length: atOnce }, () => `run-${made++}`);
          await insertRuns(ids.map((id) => ({ id, workflow: 'work', input: [steps] })));
          for (let seq = 0; seq < steps; seq++) await insertEntries(ids.map((id) => entryOf(id, seq)));
          await endRuns(ids.map((id) => ({ id, output: steps })));
        });
        return batches * atOnce;
      },
      close,
    };
  },
};

interface Entry {
  readonly run_id: string;
  readonly seq: number;
  readonly name: string;
  readonly output: number;
}

function entryOf(runId: string, seq: number): Entry {
  return { run_id: runId, seq, name: 'step', output: seq };
}

/** A connection, and what is done on it: each is a prepared statement, and a commit. */
async function connected(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  const writing = (name: string, text: string) => (rows: readonly object[]) =>
    client.query({ name, text, values: [JSON.stringify(rows)] });
  return {
    insertEntries: writing('insert-entries', INSERT_ENTRIES),
    insertRuns: writing('insert-runs', INSERT_RUNS),
    endRuns: writing('end-runs', END_RUNS),
    close: () => client.end(),
  };
}
