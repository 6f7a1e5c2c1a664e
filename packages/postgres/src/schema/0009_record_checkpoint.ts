import type { Schema } from '../sql/names.js';
import { recordCheckpoint } from './functions/record-checkpoint.js';
import type { Migration } from './migration.js';

/** How transactional steps are recorded. */
export const recordingCheckpoints: Migration = {
  version: 9,
  name: 'record checkpoint',
  // Older code writes the same rows by a statement of its own.
  compatibleFrom: 7,
  text: (s: Schema) => recordCheckpoint(s),
};
