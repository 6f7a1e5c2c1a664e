import { basename, relative, resolve } from 'node:path';
import { watch } from 'chokidar';

/** Folders in which nothing is code that a person writes. */
const NEVER = new Set([
  '.cache',
  '.git',
  '.holdfast',
  '.next',
  '.turbo',
  'build',
  'coverage',
  'dist',
  'node_modules',
]);

/** Editors write a file in several goes, and tools several files. */
const SETTLED_MS = 100;

/** What is watched. */
export interface Watched {
  readonly cwd: string;
  readonly paths: readonly string[];
  readonly ignored: readonly string[];
}

/** Calls with the path of a file that changed, once for what changes together. Resolves when it watches. */
export async function watchFiles(
  { cwd, paths, ignored }: Watched,
  changed: (path: string) => void,
): Promise<{ close(): Promise<void> }> {
  const unwanted = new Set(ignored.map((path) => resolve(cwd, path)));
  const roots = paths.map((path) => resolve(cwd, path));
  const isIgnored = (path: string): boolean => {
    const full = resolve(cwd, path);
    if (unwanted.has(full)) return true;
    // Who names a folder that is never watched means it.
    return !roots.includes(full) && NEVER.has(basename(full));
  };
  const watcher = watch(roots, { ignored: isIgnored, ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => changed(relative(cwd, path)), SETTLED_MS);
  });
  await new Promise<void>((ready, failed) => {
    watcher.once('ready', ready);
    watcher.once('error', failed);
  });
  return {
    close: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
