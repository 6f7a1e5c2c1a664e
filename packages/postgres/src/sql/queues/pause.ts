import { text } from '../cells.js';
import { statement } from '../statement.js';

/** Lets nothing be taken from a queue (1), or lets it go on (0). Waits for claims that are under way. */
export const pauseQueue = statement<[name: string, isPaused: number], string>(
  'pause_queue',
  (s) => `
update ${s.queues} q set paused_at = case when $2::int = 1 then coalesce(q.paused_at, clock_timestamp()) end
where q.name = $1::text
returning q.name`,
  (row) => text(row['name']),
);
