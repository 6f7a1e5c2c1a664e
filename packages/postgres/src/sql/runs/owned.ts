import type { OwnedRun } from '@holdfast/core/internal';
import { heldBy } from '../fragments.js';
import { statement } from '../statement.js';
import { decodeOwnedRun, selectOwnedRun } from './owned-run.js';

/** All runs in one executor's hands. */
export const listOwnedRuns = statement<[executorId: string], OwnedRun>(
  'list_owned_runs',
  (s) => `
select ${selectOwnedRun('r.')} from ${s.runs} r where ${heldBy('r.')} = $1::text`,
  decodeOwnedRun,
);
