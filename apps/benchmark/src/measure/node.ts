import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = fileURLToPath(new URL('../../../../.tools/', import.meta.url));
const NEWER = '24.21.0';

/** A Node of at least this major version: this one, or one that npm has. */
export function nodeFor(major: number): string {
  if (Number(process.versions.node.split('.')[0]) >= major) return process.execPath;
  const dir = join(TOOLS, `node-${NEWER}`);
  const node = join(dir, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) {
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync('npm', ['install', '--prefix', dir, ...quiet, `node@${NEWER}`]);
    if (status !== 0) throw new Error(`Node ${NEWER} could not be fetched`);
  }
  return node;
}
