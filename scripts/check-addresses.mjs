// Where packages are fetched from is the business of whoever installs: no file here may name a registry,
// and the lockfile names no address at all.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const registry = /https?:\/\/[^\s"'`<>()]*registry/i;
const setting = /^\s*(@[^:\s]+:)?registry\s*[=:]/im;
const anyAddress = /https?:\/\//i;

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
});
const files = listed.toString().split('\0').filter(Boolean);
const found = files.filter((file) => {
  const path = join(root, file);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const text = readFileSync(path, 'utf8');
  if (/(^|\/)(\.npmrc|pnpm-workspace\.yaml)$/.test(file) && setting.test(text)) return true;
  return registry.test(text) || (file === 'pnpm-lock.yaml' && anyAddress.test(text));
});

for (const file of found) console.error(`${file} names a registry address`);
process.exit(found.length === 0 ? 0 : 1);
