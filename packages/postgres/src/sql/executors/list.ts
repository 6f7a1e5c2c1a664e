import type { ExecutorRecord, Serves } from '@holdfast/core/internal';
import { moment, momentOrNull, number, text, textOrNull } from '../cells.js';
import { inMs } from '../fragments.js';
import { statement } from '../statement.js';

/** All executors that have a row, and how many runs each holds: counted in the index of those that are held. */
export const listExecutors = statement<[], ExecutorRecord>(
  'list_executors',
  (s) => `
select x.id, x.host, x.pid, x.serves::text as serves, ${inMs('x.started_at')} as started_at,
  ${inMs('x.lease_until')} as lease_until, ${inMs('x.stopped_at')} as stopped_at,
  case when x.stopped_at is not null then 'stopped' when x.lease_until > clock_timestamp() then 'alive' else 'lapsed' end
    as standing,
  (select count(*) from ${s.runs} r where r.held_by = x.id)::float8 as runs
from ${s.executors} x
order by x.started_at, x.id`,
  (row) => {
    const serves = textOrNull(row['serves']);
    return {
      id: text(row['id']),
      host: text(row['host']),
      pid: number(row['pid']),
      serves: serves === null ? null : (JSON.parse(serves) as Serves),
      startedAtMs: moment(row['started_at']),
      leaseUntilMs: moment(row['lease_until']),
      stoppedAtMs: momentOrNull(row['stopped_at']),
      standing: text(row['standing']) as ExecutorRecord['standing'],
      runs: number(row['runs']),
    };
  },
);
