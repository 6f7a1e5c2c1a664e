import { shopTests } from '@holdfast/demo-story/testing';

shopTests('Knex', new URL('../src/worker.ts', import.meta.url));
