import type { ScheduleRecord } from '@holdfast/core/internal';
import { statement } from '../statement.js';
import { recordColumns, recordOf } from './record.js';

/** All schedules or, by name, one. */
export const listSchedules = statement<[name: string | null], ScheduleRecord>(
  'list_schedules',
  (s) => `
select ${recordColumns('s')} from ${s.schedules} s
where $1::text is null or s.name = $1::text
order by s.name`,
  recordOf,
);
