import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { testServer } from '../src/testing/test-database.js';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

/** A server, and the programs that some tests talk to, as far as they can be had. */
export default function setUp(project: Parameters<typeof testServer>[0]): Promise<() => Promise<void>> {
  const script = join(import.meta.dirname, '..', '..', '..', 'scripts', 'system-packages.mjs');
  spawnSync(process.execPath, [script], { stdio: 'inherit' });
  return testServer(project);
}
