// `npm start`: plays the story of a demo shop. `npm start -- knex` plays another one's, and `npm start -- kafka`.
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, pnpm, projects, seconds } from './workspace.mjs';

const asked = process.argv[2] ?? 'drizzle';
const folders = [join('apps', `demo-${asked}`), join('apps', asked)];
const demo = projects().find(({ folder, scripts }) => folders.includes(folder) && scripts.story)?.name;
if (!demo) {
  console.error(`There is no ${folders.join(' and no ')} with a story to play.`);
  process.exit(2);
}

install();
build();
process.exit(pnpm(['--silent', '--filter', demo, 'run', 'story']));

/** Builds the shop and what it needs. Quiet, unless it fails. */
function build() {
  console.log('Building');
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const log = join(folder, 'build.log');
  const output = openSync(log, 'w');
  const status = pnpm(['exec', 'turbo', 'run', 'build', 'generate', `--filter=${demo}...`], {
    stdio: ['ignore', output, output],
  });
  const told = readFileSync(log, 'utf8');
  rmSync(folder, { recursive: true });
  if (status === 0) return console.log(`Everything is built (${seconds(started)})`);
  console.error(told);
  console.error('The shop could not be built.');
  process.exit(status);
}
