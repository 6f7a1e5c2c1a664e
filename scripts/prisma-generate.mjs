// Generates a Prisma client without a network: node prisma-generate.mjs path/to/schema.prisma
//
// Before any command Prisma's CLI looks for its schema engine, and downloads it when it is missing.
// `generate` never starts that engine, so any executable that exists will do: Node itself.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const schema = process.argv[2];
if (!schema) {
  console.error('usage: prisma-generate.mjs path/to/schema.prisma');
  process.exit(2);
}

const cli = createRequire(join(process.cwd(), 'package.json')).resolve('prisma/build/index.js');
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};
const result = spawnSync(process.execPath, [cli, 'generate', '--schema', schema, '--no-hints'], {
  stdio: 'inherit',
  env,
});
process.exit(result.status ?? 1);
