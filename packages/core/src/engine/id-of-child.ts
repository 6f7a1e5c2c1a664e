import { isRunId } from '../define/index.js';
import type { OwnedRun } from '../store/index.js';

/**
 * The id of a run that a call of another brings into being: the same at every attempt. It begins with the other's own id or,
 * where that makes it too long, with its key.
 */
export function idOfChild({ id, key }: Pick<OwnedRun, 'id' | 'key'>, seq: number, end = ''): string {
  const own = `${id}.${seq}${end}`;
  return isRunId(own) ? own : `${key}.${seq}${end}`;
}
