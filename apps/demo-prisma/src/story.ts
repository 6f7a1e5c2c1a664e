import { tellStory } from '@holdfast/demo-story/story';

const isProven = await tellStory({ orm: 'Prisma', worker: new URL('./worker.ts', import.meta.url) });
process.exitCode = isProven ? 0 : 1;
