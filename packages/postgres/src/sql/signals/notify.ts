import { nothing, statement } from '../statement.js';

/** Sends notifications: all of them in one statement. */
export const sendNotifications = statement<[channel: string, payloads: string], undefined>(
  'send_notifications',
  () => `
select pg_notify($1::text, p.payload)::text as sent from json_array_elements_text($2::json) as p(payload)`,
  nothing,
);
