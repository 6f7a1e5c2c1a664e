import type { Schema } from '../../names.js';

/**
 * Sends messages. Ids go in the order of the batch. As the run is locked meanwhile, a message that is committed later has a
 * higher id: whoever has read one will never find an earlier one.
 */
export function sendMessages(s: Schema): string {
  return `
sent as (
  insert into ${s.messages} (run_id, channel, key, value, value_extra, trace_context)
  select e.run_id, e.name, e.key, e.value::json, e.value_extra::json, e.trace_context::json
  from passed e where e.op = 'send' order by e.at
  -- A key that is taken: it is the same message.
  on conflict do nothing
  returning run_id
)`;
}

/** Marks messages as received by the calls that they come with. */
export function receiveMessages(s: Schema): string {
  return `
received as (
  update ${s.messages} m set received_by = e.seq
  from passed e where m.run_id = e.run_id and m.id = e.message_id and e.op = 'receive'
)`;
}
