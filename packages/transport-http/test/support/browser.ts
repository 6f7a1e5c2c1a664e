import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a browser is, if this machine has one. */
export function browserPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}
