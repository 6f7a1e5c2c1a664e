import { crashConformance } from '@holdfast/conformance';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, startWireProxy } from '@holdfast/postgres/internal';
import { inject } from 'vitest';

const ground = { serverUrl: inject('serverUrl'), postgres, createTestDatabase, startWireProxy };
const worker = new URL('./support/crash-worker.ts', import.meta.url);

crashConformance('knex', { worker, ground });
