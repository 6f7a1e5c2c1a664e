import { text } from '../cells.js';
import { statement } from '../statement.js';
import { touched } from './record.js';

/** Lets a schedule tick no more. One that is paused already stays so since when it was. */
export const pauseSchedule = statement<[name: string], string>(
  'pause_schedule',
  (s) => `
update ${s.schedules} s set
  paused_at = coalesce(s.paused_at, clock_timestamp()),
  updated_at = case when s.paused_at is null then ${touched('s')} else s.updated_at end
where s.name = $1::text
returning s.name`,
  (row) => text(row['name']),
);
