import { UNCHECKED_INPUT } from '@holdfast/core/internal';
import { sendMessages } from '../../sql/batch/mail/messages.js';
import { OPEN_STATES } from '../../sql/fragments.js';
import { quoteLiteral, type Schema } from '../../sql/names.js';
import { raise } from './sql-states.js';

/**
 * Sends a run a message from any language: what the send() of a channel is in TypeScript.
 *
 * HAZARD: the run is locked before the message gets its id, as in a batch, so that a message that is committed later has a
 * higher id. It stays locked until the caller's transaction ends.
 */
export function send(s: Schema): string {
  return `
create or replace function ${s.quoted}.send(run_id text, channel text, message json, key text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $holdfast$
#variable_conflict use_column
declare
  found_state text;
  written int;
begin
${CHECKS(s)}
  select r.state into found_state from ${s.runs} r where r.id = send.run_id for no key update;
  if found_state is null then
    ${raise({
      code: 'RUN_NOT_FOUND',
      message: 'There is no run "%".',
      values: ['send.run_id'],
      hint: 'Start it first, or look for its id in the table runs.',
    })}
  elsif found_state not in ${OPEN_STATES} then
    -- One that has had the message ended after it.
    if exists (select from ${s.messages} m where m.run_id = send.run_id and m.key = send.key) then
      return;
    end if;
    ${raise({
      code: 'RUN_FINISHED',
      message: 'Run "%" has ended, so nothing more goes through its channel "%".',
      values: ['send.run_id', 'send.channel'],
      hint: 'Start another run, or resume this one first if it failed.',
    })}
  end if;
  with passed as materialized (
    select 0 as at, 'send' as op, send.run_id as run_id, send.channel as name, send.key as key,
      send.message as value, ${quoteLiteral(UNCHECKED_INPUT)} as value_extra, null::text as trace_context
  ),${sendMessages(s)}
  select count(*) from sent into written;
  if written = 0 then
    return;
  end if;
  update ${s.runs} r set
    signals = r.signals + 1,
    wake_at = case when r.state = 'waiting' then clock_timestamp() else r.wake_at end
  where r.id = send.run_id;
  perform pg_notify(${quoteLiteral(s.name)}, json_build_object('k', 'message', 'r', json_build_array(send.run_id))::text);
  if found_state = 'waiting' then
    perform pg_notify(${quoteLiteral(s.name)}, json_build_object('k', 'work')::text);
  end if;
end
$holdfast$;`;
}

const CHECKS = (s: Schema): string => `
  perform ${s.quoted}.check_name(send.run_id, 'id of the run');
  perform ${s.quoted}.check_name(send.channel, 'name of the channel');
  if send.key is not null then
    perform ${s.quoted}.check_name(send.key, 'key of the message');
  end if;
  if send.message is null then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The message to run "%" must be JSON, and is null.',
      values: ['send.run_id'],
      hint: "To send the value null, write it in JSON: 'null'.",
    })}
  end if;`;
