import type { RunRecord } from '@holdfast/core/internal';
import { statement } from '../statement.js';
import { decodeRunRecord, selectListedRun, selectPayloads } from './run-record.js';

/** One run as it is shown. */
export const findRun = statement<[runId: string], RunRecord>(
  'find_run',
  (s) => `select ${selectListedRun}, ${selectPayloads} from ${s.runs} r where r.id = $1::text`,
  decodeRunRecord,
);
