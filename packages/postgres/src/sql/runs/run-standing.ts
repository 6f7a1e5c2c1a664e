import type { OwnedRun } from '@holdfast/core/internal';
import { momentOrNull, number, text, textOrNull } from '../cells.js';
import type { Row } from '../statement.js';

type Standing = Pick<
  OwnedRun,
  | 'id'
  | 'key'
  | 'workflow'
  | 'version'
  | 'epoch'
  | 'parentId'
  | 'queue'
  | 'deadlineMs'
  | 'takeovers'
  | 'isUnwinding'
>;

/** What is read of a run whether it is shown or handed to an executor, from columns of these names. */
export function decodeStanding(row: Row): Standing {
  return {
    id: text(row['id']),
    key: text(row['key']),
    workflow: text(row['workflow']),
    version: text(row['version']),
    epoch: number(row['epoch']),
    parentId: textOrNull(row['parent_id']),
    queue: textOrNull(row['queue']),
    deadlineMs: momentOrNull(row['deadline']),
    takeovers: number(row['takeovers']),
    isUnwinding: number(row['is_unwinding']) > 0,
  };
}
