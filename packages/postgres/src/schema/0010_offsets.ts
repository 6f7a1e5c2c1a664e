import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import type { Migration } from './migration.js';

/** How far readers have come in logs that others keep. */
export const offsets: Migration = {
  version: 10,
  name: 'offsets',
  compatibleFrom: 7,
  text: (s) => [table(s), comments(s)].join('\n'),
};

// It has a row for each partition of each topic that is read, and each row changes with every batch: room on its pages
// lets a row change without touching the index.
const table = (s: Schema): string => `
create table ${s.offsets} (
  reader text collate "C" not null,
  log text collate "C" not null,
  position text collate "C" not null,
  moved_at timestamptz not null default clock_timestamp(),
  primary key (reader, log)
) with (fillfactor = 50, vacuum_truncate = false);`;

function comments(s: Schema): string {
  return describe(s.offsets, 'Holdfast: how far readers have come in logs that others keep.', {
    reader: 'Who reads: a consumer group, for example.',
    log: 'What it reads: a partition of a topic, for example.',
    position: 'Where it goes on reading. All that came before is runs, or was dealt with otherwise.',
    moved_at: 'When it was moved there.',
  });
}
