import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** What an installation of packages is made of. */
export interface Installed {
  /** Packages in all, themselves included. */
  readonly packages: number;
  /** Of their files, as they lie on the disk. */
  readonly bytes: number;
}

interface Manifest {
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * A package and what it depends on, as found from a folder.
 *
 * @param peers of its optional peers, those that it is of no use without here.
 */
export function installed(name: string, from: string, peers: readonly string[]): Installed {
  const folders = new Map<string, number>();
  const visit = (name: string, parent: string): void => {
    const folder = folderOf(name, parent);
    if (folders.has(folder)) return;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    folders.set(folder, bytesOf(folder, manifest));
    for (const needed of neededBy(manifest, parent === from ? peers : [])) visit(needed, folder);
  };
  visit(name, from);
  return { packages: folders.size, bytes: [...folders.values()].reduce((total, bytes) => total + bytes, 0) };
}

function neededBy(
  { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }: Manifest,
  alsoPeers: readonly string[],
): readonly string[] {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...Object.keys(dependencies), ...peers, ...alsoPeers];
}

/** Where Node would find a package. Its own manifest need not be exported. */
function folderOf(name: string, from: string): string {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(folder)) return realpathSync(folder);
    if (at === dirname(at)) throw new Error(`${name} is not installed`);
  }
}

/** Of a package of this repository, only what would be published. */
function bytesOf(folder: string, { files = [] }: Manifest): number {
  if (folder.includes(`${sep}node_modules${sep}`)) return bytesIn(folder);
  return ['package.json', 'README.md', ...files].reduce(
    (total, name) => total + bytesIn(join(folder, name)),
    0,
  );
}

function bytesIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((total, name) => total + bytesIn(join(path, name)), 0);
}
