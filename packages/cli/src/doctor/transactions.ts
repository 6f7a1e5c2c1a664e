import type { OpenTransaction } from '@holdfast/postgres/internal';
import { durationText } from '../show/time.js';
import { printable } from '../terminal/width.js';
import { counted, type Finding, fine } from './finding.js';

const CHECK = 'transactions';

/** Whether a transaction has been open for so long that vacuum cannot do its work. */
export function checkTransactions(open: readonly OpenTransaction[], olderThanMs: number): Finding {
  const [oldest] = open;
  if (!oldest) return fine(CHECK, `none has been open for longer than ${durationText(olderThanMs)}`);
  return {
    check: CHECK,
    verdict: 'trouble',
    says:
      `${counted(open.length, 'transaction has', 'transactions have')} been open for longer than ${durationText(olderThanMs)}, ` +
      `the oldest for ${durationText(oldest.nowMs - oldest.sinceMs)}. Meanwhile no table is vacuumed properly, and all slows down.`,
    advice:
      oldest.pid === null
        ? `\`rollback prepared '${printable(oldest.preparedAs ?? '')}'\` ends the oldest, if nobody finishes it.`
        : `Find out what it is; \`select pg_terminate_backend(${oldest.pid})\` ends the oldest. idle_in_transaction_session_timeout prevents it.`,
    details: open.map(transactionText),
  };
}

function transactionText({
  pid,
  preparedAs,
  user,
  application,
  state,
  sinceMs,
  nowMs,
  query,
}: OpenTransaction): string {
  const who = pid === null ? `prepared as ${preparedAs}` : `pid ${pid}`;
  const from = [user, application].filter(Boolean).join(', ');
  const did = query.replaceAll(/\s+/g, ' ').trim().slice(0, 80);
  return `${who} (${from}): ${state} for ${durationText(nowMs - sinceMs)}${did === '' ? '' : `: ${did}`}`;
}
