import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { canEnter, serverUser } from './system-user.js';
import { writeWhole } from './write-whole.js';

/** Where the files of a project's embedded Postgres are. */
export interface Place {
  /** The project's own folder for it (`.holdfast`), absolute and without symbolic links. */
  readonly folder: string;
  /** Where everything is that the server itself must reach: `folder`, or one outside a closed home. */
  readonly area: string;
  /** The data folder, inside `area`. It exists once the cluster was made. */
  readonly data: string;
  readonly log: string;
  readonly password: string;
}

/** Data folders of projects that the server's user cannot reach, which only happens to root. */
const ELSEWHERE = '/var/lib/holdfast';
const POINTER = 'location.txt';

/** Makes the project's folder if need be, and tells where its parts are. */
export async function openPlace(dir: string): Promise<Place> {
  const wanted = resolve(dir);
  await mkdir(wanted, { recursive: true });
  const folder = await realpath(wanted);
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignoreExisting);
  const area = await areaOf(folder);
  return {
    folder,
    area,
    data: join(area, 'postgres'),
    log: join(folder, 'postgres.log'),
    password: join(folder, 'password'),
  };
}

async function areaOf(folder: string): Promise<string> {
  const inside = join(folder, 'postgres');
  const user = serverUser(inside);
  if (!user || existsSync(inside)) return folder;
  const moved = await pointedTo(folder);
  if (moved) return moved;
  await chmod(folder, (await stat(folder)).mode | 0o001);
  return canEnter(folder, user) ? folder : moveOut(folder);
}

/** Follows the project when it was renamed. A copy of it is another project, and gets data of its own. */
async function pointedTo(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, POINTER), 'utf8').catch(() => '');
  const project = /^project: (.+)$/m.exec(text)?.[1];
  const area = /^data: (.+)$/m.exec(text)?.[1];
  if (!project || !area || !existsSync(area)) return undefined;
  const isCopy = project !== folder && existsSync(project);
  if (isCopy) return undefined;
  if (project !== folder) await writePointer(folder, area);
  return area;
}

async function moveOut(folder: string): Promise<string> {
  const area = join(ELSEWHERE, createHash('sha256').update(folder).digest('hex').slice(0, 16));
  await mkdir(area, { recursive: true });
  await chmod(ELSEWHERE, 0o755);
  await chmod(area, 0o755);
  await writePointer(folder, area);
  return area;
}

async function writePointer(folder: string, area: string): Promise<void> {
  const why =
    "Postgres refuses to run as root, and the user it runs as instead cannot reach this folder.\nSo this project's " +
    'database is elsewhere. Deleting that folder deletes the database.\n\n';
  await writeWhole(join(folder, POINTER), `${why}project: ${folder}\ndata: ${area}\n`);
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
