import type { OwnedRun } from '@holdfast/core/internal';
import { statement } from '../statement.js';
import { decodeOwnedRun, selectOwnedRun } from './owned-run.js';

/** All runs in one executor's hands. */
export const listOwnedRuns = statement<[executorId: string], OwnedRun>(
  'list_owned_runs',
  (s) => `
select ${selectOwnedRun('r.')} from ${s.runs} r where r.held_by = $1::text`,
  decodeOwnedRun,
);
