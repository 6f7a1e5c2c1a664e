import { number, textOrNull } from '../cells.js';
import type { Schema } from '../names.js';
import { type Statement, statement, type Value } from '../statement.js';
import { changeRuns, changes, lockRuns } from './changes.js';
import { barMail, PASSED, UNBARRED } from './mail/conditions.js';
import { setEvents } from './mail/events.js';
import { AFTER_HEADS, readMail } from './mail/given.js';
import { receiveMessages, sendMessages } from './mail/messages.js';
import { writeStreams } from './mail/streams.js';
import { starts } from './starts.js';
import { steps, writeCalls } from './steps.js';

/** An entry that was not plainly written and, if it is mail, what stood in its way; or one that woke a parked run. */
export interface MailAnswer {
  readonly at: number;
  readonly why: 'missing' | 'ended' | 'closed' | 'lost' | 'woke' | null;
}

/**
 * Writes a batch that holds mail: messages, events, values of streams, and the calls that they come with, each with its call
 * or neither. One statement as {@link commitBatch} is, but one text for whatever else is in the batch: mail is rarer than
 * steps, and each text more is prepared on every connection.
 *
 * The parameters are the rows of the calls, of the runs that change or are locked, of the mail and, if there are any, of the
 * starts.
 *
 * HAZARD: what it locks, it locks in one order: heads of streams, runs, heads that are new; each sorted.
 */
export function commitMail(kinds: { readonly starts: boolean }): Statement<readonly Value[], MailAnswer> {
  return kinds.starts ? withStarts : withoutStarts;
}

const decode = (row: Readonly<Record<string, unknown>>): MailAnswer => ({
  at: number(row['at']),
  why: textOrNull(row['why']) as MailAnswer['why'],
});
const withoutStarts = statement<readonly Value[], MailAnswer>(
  'commit_mail',
  (s) => mailText(s, false),
  decode,
);
const withStarts = statement<readonly Value[], MailAnswer>(
  'commit_starts_mail',
  (s) => mailText(s, true),
  decode,
);

/** The parents of runs that ended, and the runs that were sent something. */
const TOLD = `
    select t.parent_id, count(*)::int as ended
    from (select c.parent_id from changed c union all select m.run_id from sent m) t
    group by t.parent_id
  `;

function mailText(s: Schema, hasStarts: boolean): string {
  const writes = [
    ...(hasStarts ? [starts.writes(s, '$4')] : []),
    readMail(s, '$3'),
    lockRuns(s, '$2', { columns: ' r.state', also: ', l.state as found_state', condition: AFTER_HEADS }),
    barMail(s),
    writeCalls(s, '$1', UNBARRED),
    PASSED,
    sendMessages(s),
    receiveMessages(s),
    setEvents(s),
    writeStreams(s),
    changeRuns(s, TOLD),
  ];
  const unsettled = [
    ...(hasStarts ? [starts.unsettled] : []),
    `${steps.unsettled} and e.at not in (select b.at from barred b)`,
    changes.unsettled,
  ];
  return `with${writes.join(',')}
select u.at, null as why from (${unsettled.join('\nunion all')}
) u
union all
select b.at, b.why from barred b
union all
select e.at, 'woke' from passed e join locked l on l.run_id = e.run_id and l.role = 'told'
where e.op = 'send' and l.found_state = 'waiting'`;
}
