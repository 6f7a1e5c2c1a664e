import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..', '..');

/** The project of a user, in a folder of its own, with what it has installed. */
export async function userProject(packageJson: object, installed: readonly string[] = []): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-project-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(packageJson));
  for (const name of installed) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(PACKAGE, 'node_modules', name)), link);
  }
  return folder;
}
