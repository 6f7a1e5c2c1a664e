import type { Schema } from '../names.js';
import { type Statement, statement, type Value } from '../statement.js';
import { changeRuns, changes, ENDED_NEWS, lockRuns } from './changes.js';
import { type BatchAnswer, type BatchKinds, decodeAnswer } from './commit.js';
import { barMail, PASSED, UNBARRED } from './mail/conditions.js';
import { setEvents } from './mail/events.js';
import { readHeads, readMail } from './mail/given.js';
import { receiveMessages, sendMessages } from './mail/messages.js';
import { writeStreams } from './mail/streams.js';
import { starts } from './starts.js';
import { steps, writeCalls } from './steps.js';

/**
 * Writes a batch that holds mail: messages, events, values of streams, and the calls that they come with, each with its call
 * or neither. One statement as {@link commitBatch} is, but one text for whatever else is in the batch: mail is rarer than
 * steps, and each text more is prepared on every connection.
 *
 * The parameters are the rows of the calls, of the runs that change or are locked, of the mail and, if there are any, of the
 * starts.
 *
 * HAZARD: what it locks, it locks in one order: runs, sorted, those too that show something themselves; then heads of streams.
 */
export function commitMail(kinds: Pick<BatchKinds, 'starts'>): Statement<readonly Value[], BatchAnswer> {
  return kinds.starts === null ? withoutStarts : withStarts;
}

const withoutStarts = statement<readonly Value[], BatchAnswer>(
  'commit_mail',
  (s) => mailText(s, false),
  decodeAnswer,
);
const withStarts = statement<readonly Value[], BatchAnswer>(
  'commit_starts_mail',
  (s) => mailText(s, true),
  decodeAnswer,
);

/** How the runs stand that mail is about. */
const LOOKED_AT = {
  columns: ' r.state, r.awaited',
  also: ', l.state as found_state, l.awaited as found_awaited',
};

/** The parents of runs that ended, and the runs that were sent something. */
const TOLD = `
    select t.parent_id, count(*)::int as ended
    from (select c.parent_id from changed c union all select m.run_id from sent m) t
    group by t.parent_id
  `;

/** What was shown of runs that somebody waits for. Such a run is locked, so this is how it stands. */
const SHOWN_NEWS = `
    select e.run_id, e.at from passed e join locked l on l.run_id = e.run_id and l.role = 'told'
    where e.op in ('set', 'write', 'close') and l.found_awaited > 0`;

function mailText(s: Schema, hasStarts: boolean): string {
  const writes = [
    ...(hasStarts ? [starts.writes(s, '$4')] : []),
    readMail('$3'),
    lockRuns(s, '$2', LOOKED_AT),
    readHeads(s),
    barMail(s),
    writeCalls(s, '$1', UNBARRED),
    PASSED,
    sendMessages(s),
    receiveMessages(s),
    setEvents(s),
    writeStreams(s),
    changeRuns(s, TOLD, `${ENDED_NEWS} union all ${SHOWN_NEWS}`),
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
where e.op = 'send' and l.found_state = 'waiting'
union all
select n.at, 'awaited' from (${ENDED_NEWS} union all ${SHOWN_NEWS}) n`;
}
