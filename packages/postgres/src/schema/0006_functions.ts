import type { Schema } from '../sql/names.js';
import { cancelRun } from './functions/cancel-run.js';
import { checks } from './functions/checks.js';
import { send } from './functions/send.js';
import { startRun } from './functions/start-run.js';
import type { Migration } from './migration.js';

/** What other languages, triggers and people in psql start and steer runs with. */
export const functions: Migration = {
  version: 6,
  name: 'functions',
  text: (s: Schema) => [checks(s), startRun(s), send(s), cancelRun(s)].join('\n'),
};
