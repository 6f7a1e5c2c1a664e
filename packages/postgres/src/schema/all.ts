import { runs } from './0001_runs.js';
import { queues } from './0002_queues.js';
import { messages } from './0003_messages.js';
import { schedules } from './0004_schedules.js';
import { tallies } from './0005_tallies.js';
import { functions } from './0006_functions.js';
import { claimingQueued } from './0007_claim_queued.js';
import { waits } from './0008_waits.js';
import { recordingCheckpoints } from './0009_record_checkpoint.js';
import { offsets } from './0010_offsets.js';
import { traceContext } from './0011_trace_context.js';
import type { Migration } from './migration.js';

/** All migrations, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  runs,
  queues,
  messages,
  schedules,
  tallies,
  functions,
  claimingQueued,
  waits,
  recordingCheckpoints,
  offsets,
  traceContext,
];

/** The version of the tables that this code works with. */
export const LATEST = MIGRATIONS.at(-1)!.version;
