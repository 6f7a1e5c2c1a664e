// A process of a project: starts to use the embedded Postgres when told to, and stops when told to.

import { findBinaries } from '../../src/embedded/binaries.js';
import { startEmbedded } from '../../src/embedded/embedded.js';
import type { Command, Report } from './embedded-process.js';

const dir = process.argv[2] ?? '.holdfast';
const report = (said: Report): void => void process.send?.(said);
let using: ReturnType<typeof startEmbedded> | undefined;

const commands: Record<Command, () => Promise<void>> = {
  start: async () => {
    using ??= startEmbedded({ dir });
    report({ did: 'start', url: (await using).url });
  },
  release: async () => {
    await (await using)?.release();
    report({ did: 'release' });
  },
  find: async () => {
    report({ did: 'find', folder: (await findBinaries()).folder });
  },
};

process.on('message', (command: Command) => {
  commands[command]().catch((error: unknown) => report({ did: 'fail', reason: String(error) }));
});
process.on('disconnect', () => process.exit());
report({ did: 'begin' });
