// For the crash workers of ORM packages: a door of its own, as Vitest cannot be imported outside its tests.
export { type CrashWorker, runCrashWorker } from './crash/worker.js';
