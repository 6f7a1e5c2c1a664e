// `npm start`: plays the story of a demo shop. `npm start -- knex` plays another one's.
import { install, pnpm, projects } from './workspace.mjs';

const demo = `@holdfast/demo-${process.argv[2] ?? 'drizzle'}`;
if (!projects().find(({ name }) => name === demo)?.scripts.story) {
  console.error(`There is no ${demo} with a story to play.`);
  process.exit(2);
}

install();
console.log('Building');
const built = pnpm(['exec', 'turbo', 'run', 'build', 'generate', `--filter=${demo}...`]);
if (built !== 0) process.exit(built);
console.log('');
process.exit(pnpm(['--silent', '--filter', demo, 'run', 'story']));
