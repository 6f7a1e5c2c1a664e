import { text } from '../cells.js';
import { fromMs } from '../fragments.js';
import { statement } from '../statement.js';
import { revisionOf, touched } from './record.js';

/** Lets a paused schedule tick again, unless it was changed since its next tick was reckoned. */
export const resumeSchedule = statement<[name: string, revision: string, nextAtMs: number], string>(
  'resume_schedule',
  (s) => `
update ${s.schedules} s set paused_at = null, next_at = ${fromMs('$3::float8')}, updated_at = ${touched('s')}
where s.name = $1::text and s.paused_at is not null and ${revisionOf('s')} = $2::text
returning s.name`,
  (row) => text(row['name']),
);
