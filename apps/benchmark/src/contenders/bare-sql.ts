import pg from 'pg';
import type { Contender } from '../contender.js';

const TABLE = `
create table if not exists entries (
  run_id text collate "C" not null, seq int not null, name text not null, output json, at timestamptz not null,
  primary key (run_id, seq))`;

/** The floor: what no journal in Postgres can do without. One connection, one commit for each statement. */
export const bareSql: Contender = {
  name: 'bare SQL',
  package: null,
  settings: 'one connection; a multi-row insert is one statement and one commit',
  node: 24,
  async prepare(url) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(TABLE);
    let made = 0;
    return {
      async rows({ batch, forMs }) {
        const endMs = performance.now() + forMs;
        let rows = 0;
        while (performance.now() < endMs) {
          const entries = Array.from({ length: batch }, (_, n) => ({
            run_id: `run-${made++}`,
            seq: n,
            name: 'step',
            output: 1,
          }));
          await client.query({
            name: 'insert',
            text: `insert into entries (run_id, seq, name, output, at)
              select e.run_id, e.seq, e.name, e.output, clock_timestamp()
              from json_to_recordset($1::json) as e(run_id text, seq int, name text, output json)`,
            values: [JSON.stringify(entries)],
          });
          rows += batch;
        }
        return rows;
      },
      close: () => client.end(),
    };
  },
};
