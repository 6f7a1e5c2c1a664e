import type { MailDefinition, ReceiveCall } from '../define/index.js';
import type { Outcome, Payload } from '../replay/index.js';
import type { WaitingMessage } from '../store/index.js';
import { BUSY, type OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import type { Inbox } from './inbox.js';
import { UNCHECKED_INPUT } from './input.js';
import { recordFailure } from './mail-calls.js';
import { timedOut } from './mail-errors.js';
import { settleError } from './settle.js';
import { writeRefused } from './step-errors.js';
import { watchFor } from './watching.js';

/** Waits for a message, and records that the call received it. */
export async function performReceive(
  run: CallContext,
  open: OpenCall,
  inbox: Inbox,
  call: ReceiveCall,
  untilMs: number | null,
): Promise<void> {
  const { name } = call.definition;
  let message: WaitingMessage;
  try {
    message = inbox.take(name) ?? (await nextMessage(run, open, inbox, call, untilMs));
  } catch (error) {
    return recordFailure(run, open, error);
  }
  run.idle(open, BUSY);
  const { id: messageId, value } = message;
  open.traceContext = message.traceContext;
  const outcome = await received(run, call.definition, value);
  const written = await run.recordWith(open, outcome, (step) => ({ op: 'receive', step, messageId }));
  if (written.kind !== 'refused') return;
  inbox.putBack(name, message);
  return run.record(open, settleError(run.host.deps.codec, writeRefused(name, written.error)));
}

/** What a message comes to. One that was sent by other means than an app is checked now, as nobody has. */
async function received(run: CallContext, definition: MailDefinition, value: Payload): Promise<Outcome> {
  if (value.extra !== UNCHECKED_INPUT) return { ok: true, value };
  const { deps, post } = run.host;
  try {
    return { ok: true, value: await post.encode(definition, deps.codec.decode(value)) };
  } catch (error) {
    return settleError(deps.codec, error);
  }
}

/**
 * Hazard: a parked run is woken only by what comes in after it was claimed. So it may be parked only when it was seen, since
 * then, that no message is there.
 */
function nextMessage(
  run: CallContext,
  open: OpenCall,
  inbox: Inbox,
  { definition, timeoutMs }: ReceiveCall,
  untilMs: number | null,
): Promise<WaitingMessage> {
  const { host } = run;
  const { id: runId } = run.run;
  const { name } = definition;
  let question = inbox.question(name);
  return watchFor(host.post.messages, host.deps, {
    runId,
    question: () => {
      question = inbox.question(name);
      return question;
    },
    judge: (messages) => {
      inbox.add(name, question.afterId, messages);
      return inbox.take(name);
    },
    untilMs,
    timedOut: () => timedOut(definition, runId, timeoutMs),
    signal: run.lifetime,
    pending: () => run.idle(open, { kind: 'waiting', untilMs, mayEndSooner: true }),
  });
}
