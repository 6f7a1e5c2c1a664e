import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { examples } from '../command/leaf.js';
import { FoundTrouble, WrongUse } from '../command/wrong-use.js';
import { isYes } from '../terminal/confirm.js';
import type { Terminal } from '../terminal/terminal.js';
import { type Project, projectIn } from './project.js';
import { installCommands, type NewFile, startingPoint } from './starting-point.js';

/** `holdfast init` */
export function addInit(program: CommandUnknownOpts, terminal: Terminal): void {
  program
    .command('init')
    .summary('a first workflow in the project of this folder')
    .description(
      'Write a first workflow into the project of this folder, for what it is made with: package manager, TypeScript, ORM. Nothing that is ' +
        'there is overwritten without asking.',
    )
    .option('--install', 'install the packages without asking')
    .option('--no-install', 'install nothing, and do not ask')
    .option('--overwrite', 'write over a file that is there without asking')
    .option('--no-color', 'no colours, as NO_COLOR says too')
    .addHelpText('after', examples(['holdfast init', ''], ['holdfast init --install', 'for a script']))
    .action(async ({ install, overwrite = false }) => {
      const project = projectIn(terminal.cwd);
      tellProject(project, terminal);
      const file = startingPoint(project);
      await write(file, project, { overwrite, terminal });
      await ignoreData(project, terminal);
      const isInstalled = await installPackages(project, install, terminal);
      tellNext(project, file, isInstalled, terminal);
    });
}

function tellProject({ packageManager, isTypeScript, orm }: Project, { note }: Terminal): void {
  note(
    `A project with ${packageManager}, ${isTypeScript ? 'TypeScript' : 'JavaScript'}${orm ? ` and ${orm}` : ', without an ORM that Holdfast knows'}.`,
  );
}

async function write(
  { path, text }: NewFile,
  { folder }: Project,
  { overwrite, terminal }: { readonly overwrite: boolean; readonly terminal: Terminal },
): Promise<void> {
  const file = join(folder, path);
  if (existsSync(file) && !overwrite) {
    if (!terminal.isInteractive) {
      throw new WrongUse(
        `${path} is there already, and nobody is there to be asked.`,
        'Give --overwrite, or move it away.',
      );
    }
    if (!(await isYes(`${path} is there already. Write over it?`, terminal))) {
      terminal.note(`${path} stays as it is.`);
      return;
    }
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  terminal.note(`${terminal.noteColours.green('✓')} ${path}`);
}

/** The data of an embedded Postgres belongs into no repository. */
async function ignoreData({ folder }: Project, { note, noteColours }: Terminal): Promise<void> {
  const file = join(folder, '.gitignore');
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === undefined && !existsSync(join(folder, '.git'))) return;
  if (/^\/?\.holdfast\/?\s*$/m.test(before ?? '')) return;
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  await writeFile(file, `${before ?? ''}${gap}.holdfast/\n`);
  note(`${noteColours.green('✓')} .gitignore: .holdfast/`);
}

async function installPackages(
  project: Project,
  install: boolean | undefined,
  terminal: Terminal,
): Promise<boolean> {
  const commands = installCommands(project);
  if (commands.length === 0) return true;
  if (install === false) return false;
  if (install === undefined) {
    if (!terminal.isInteractive) return false;
    const packages = commands.flatMap((words) =>
      words.filter((word) => /[@-]/.test(word) && !word.startsWith('-')),
    );
    if (!(await isYes(`Install ${packages.join(', ')}?`, terminal))) return false;
  }
  for (const [command, ...args] of commands) {
    const child = spawn(command!, args, {
      cwd: project.folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code === 0) continue;
    terminal.note(`${terminal.noteColours.red('✗')} \`${[command, ...args].join(' ')}\` failed.`);
    throw new FoundTrouble();
  }
  return true;
}

function tellNext(
  project: Project,
  { path }: NewFile,
  isInstalled: boolean,
  { note, noteColours }: Terminal,
): void {
  const run = { npm: 'npx', pnpm: 'pnpm', yarn: 'yarn', bun: 'bunx' }[project.packageManager];
  const commands = isInstalled ? [] : installCommands(project).map((words) => words.join(' '));
  note(`\n${noteColours.bold('Next:')}`);
  for (const command of [...commands, `${run} holdfast dev ${path}`]) note(`  ${command}`);
  note(noteColours.dim('Kill it in the middle and start it again: it goes on where it was.'));
}
