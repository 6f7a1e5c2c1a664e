// A process that executes the shop's runs, and writes the spans that end in it to a file: DATABASE_URL FILE [--hangs].
import { Holdfast } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { openTelemetry } from '../../src/index.js';
import { fulfil } from './shop.js';
import { exportToFile } from './span-file.js';
import { takeTraces } from './spans.js';

const [, , url, file] = process.argv;
takeTraces(exportToFile(file!));
const app = new Holdfast({ store: postgres(url!), workflows: [fulfil], telemetry: openTelemetry() });
await app.launch();
process.send?.({ launched: true });
