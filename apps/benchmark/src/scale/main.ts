// `npm run bench:scale -- [--runs N] [--dir FOLDER]`
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { migrate } from '@holdfast/postgres';
import { startEmbedded } from '@holdfast/postgres/internal';
import pg from 'pg';
import { answers, answersTable } from './answers.js';
import { fill } from './fill.js';
import { work, workTable } from './work.js';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000000' },
    dir: { type: 'string', default: '/tmp/holdfast-scale' },
  },
});

const say = (what: string): void => void process.stderr.write(`${new Date().toISOString()} ${what}\n`);
const isNew = !existsSync(flags.dir);
const server = await startEmbedded({ dir: flags.dir });
const client = new pg.Client({ connectionString: server.url });
await client.connect();
try {
  if (isNew) {
    await migrate(server.url);
    await fill(client, Number(flags.runs), say);
  }
  console.log(answersTable(await answers(server.url, say)));
  console.log(workTable(await work(server.url)));
} finally {
  await client.end();
  await server.release();
}
