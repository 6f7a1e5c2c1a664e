import { shopTests } from '@holdfast/demo-story/testing';

shopTests('Drizzle', new URL('../src/worker.ts', import.meta.url));
