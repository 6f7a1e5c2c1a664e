import { ormConformance } from '@holdfast/conformance';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, startWireProxy } from '@holdfast/postgres/internal';
import { inject } from 'vitest';
import { makePostgresJsOrm } from './support/orm.js';

const ground = { serverUrl: inject('serverUrl'), postgres, createTestDatabase, startWireProxy };

ormConformance('drizzle on postgres.js', { makeOrm: makePostgresJsOrm, ground });
