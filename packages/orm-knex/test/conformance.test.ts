import { ormConformance } from '@holdfast/conformance';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, startWireProxy } from '@holdfast/postgres/internal';
import { inject } from 'vitest';
import { makeOrm } from './support/orm.js';

const ground = { serverUrl: inject('serverUrl'), postgres, createTestDatabase, startWireProxy };

ormConformance('knex', { makeOrm, ground });
