import { text } from '../cells.js';
import { statement } from '../statement.js';

/** Removes a schedule. Its runs stay. */
export const deleteSchedule = statement<[name: string], string>(
  'delete_schedule',
  (s) => `
delete from ${s.schedules} s where s.name = $1::text returning s.name`,
  (row) => text(row['name']),
);
