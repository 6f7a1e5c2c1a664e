import { nothing, statement } from '../statement.js';

/**
 * Lets a session of ours idle and wait for as long as it likes, whatever time limits its role or database sets. Settings
 * that this server's version does not have are passed over.
 */
export const freeOfTimeLimits = statement<[], undefined>(
  'free_of_time_limits',
  () => `
select set_config(p.name, '0', false) from pg_settings p
where p.name in ('statement_timeout', 'lock_timeout', 'idle_session_timeout', 'transaction_timeout')`,
  nothing,
);
