/** What an error of a transaction means for its next try. */
export type SqlTrouble =
  /** The connection is gone: whether a commit took effect is not known. */
  | 'connection-lost'
  /** The database rolled the transaction back because of others; another try may succeed. */
  | 'conflict'
  /** Anything else: the step's own error. */
  | 'none';

const CONFLICTS = new Set(['40001', '40P01']);
const LOST = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Classes a SQLSTATE, or the code of a socket error.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function sqlTrouble(state: string | undefined): SqlTrouble {
  if (state === undefined) return 'none';
  if (CONFLICTS.has(state)) return 'conflict';
  return LOST.has(state) || /^08...$/.test(state) ? 'connection-lost' : 'none';
}
