import { transportConformance } from '@holdfast/conformance';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, startWireProxy } from '@holdfast/postgres/internal';
import { inject } from 'vitest';
import { HttpOutside } from './support/http-outside.js';

transportConformance('HTTP', {
  ground: { serverUrl: inject('serverUrl'), postgres, createTestDatabase, startWireProxy },
  worker: new URL('./support/transport-worker.ts', import.meta.url),
  makeOutside: async () => new HttpOutside(),
});
