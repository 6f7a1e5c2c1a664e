import { runCrashWorker } from '@holdfast/conformance/crash-worker';
import { postgres } from '@holdfast/postgres';
import { makeOrm } from './orm.js';

await runCrashWorker({ makeOrm, postgres });
