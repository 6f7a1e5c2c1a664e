import { ormConformance } from '@holdfast/conformance';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, startWireProxy } from '@holdfast/postgres/internal';
import { inject } from 'vitest';
import { makePostgresJsOrm } from './support/orm.js';

const ground = { serverUrl: inject('serverUrl'), postgres, createTestDatabase, startWireProxy };

// When a connection breaks in a transaction, postgres.js 3.4.9 writes its rollback to a socket that is gone: an uncaught
// TypeError ends the process, or else the connection hangs for ever. Without Holdfast, too.
const broken = 'postgres.js ends the process when a connection breaks in a transaction';
const skips = {
  'lost connections': broken,
  'a commit whose answer is lost has happened: its result counts, and no other': broken,
};

ormConformance('drizzle on postgres.js', { makeOrm: makePostgresJsOrm, ground, skips });
