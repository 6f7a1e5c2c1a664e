import { storeConformance } from '@holdfast/conformance';
import { afterAll, describe, inject } from 'vitest';
import { pooledHome } from '../support/homes.js';
import { hasPooler, type Pooler, startPooler } from '../support/pooler.js';

let started: Promise<Pooler> | undefined;

/** One for the file. Three connections of the server for all: so each statement of a client meets another one. */
function pooler(): Promise<Pooler> {
  started ??= startPooler(inject('serverUrl'), { poolSize: 3 });
  return started;
}

afterAll(async () => (await started)?.remove());

describe.skipIf(!hasPooler)('through PgBouncer (skipped where it is not installed)', () => {
  storeConformance('postgres, by PgBouncer in transaction mode', async () => pooledHome(await pooler()), {
    announcing: 'a connection that is lent out by the transaction hears nothing; executors poll',
  });
});
