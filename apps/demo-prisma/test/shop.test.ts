import { shopTests } from '@holdfast/demo-story/testing';

shopTests('Prisma', new URL('../src/worker.ts', import.meta.url));
