import type { CloseCall, GetCall, MailDefinition, ReadCall, SendCall, ShowCall } from '../define/index.js';
import { isHoldfastError } from '../errors/index.js';
import type { Payload } from '../replay/index.js';
import type { MailEntry, StepEntry } from '../store/index.js';
import { BUSY, type OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { judgeEvent } from './event-answer.js';
import { obstacle, timedOut } from './mail-errors.js';
import { settle, settleError } from './settle.js';
import { writeRefused } from './step-errors.js';
import { nextValue } from './stream-pages.js';
import { sentIn } from './trace-context.js';
import { watchFor } from './watching.js';

/** Sends a message and records that, in one write. */
export async function performSend(run: CallContext, open: OpenCall, call: SendCall): Promise<void> {
  const { definition, runId, key = null } = call;
  const traceContext = sentIn(run.host.deps, { runId, channel: definition.name });
  open.about = runId;
  return give(run, open, call, (step, value) => ({
    op: 'send',
    step,
    runId,
    channel: definition.name,
    key,
    value,
    traceContext,
  }));
}

/** Sets an event, or appends to a stream, and records that, in one write. */
export async function performShow(
  run: CallContext,
  open: OpenCall,
  op: 'set' | 'write',
  call: ShowCall,
): Promise<void> {
  const { definition, runId } = call;
  const seq = runId === run.run.id ? open.seq : null;
  return give(run, open, call, (step, value) => ({
    op,
    step,
    runId,
    epoch: null,
    name: definition.name,
    value,
    seq,
    key: null,
  }));
}

/** Closes a stream and records that, in one write. */
export async function performClose(
  run: CallContext,
  open: OpenCall,
  { definition, runId }: CloseCall,
): Promise<void> {
  const { name } = definition;
  return put(run, open, definition, runId, (step) => ({ op: 'close', step, runId, epoch: null, name }));
}

/** Waits for an event and records its value as the call's own. */
export async function performGet(
  run: CallContext,
  open: OpenCall,
  { definition, runId, timeoutMs }: GetCall,
  untilMs: number | null,
): Promise<void> {
  const { name } = definition;
  try {
    const value = await watchFor(run.host.post.events, run.host.deps, {
      runId,
      question: () => ({ runId, name }),
      judge: (answer) => judgeEvent(name, runId, answer),
      untilMs,
      timedOut: () => timedOut(definition, runId, timeoutMs),
      signal: run.lifetime,
      pending: () => {
        const wait = { kind: 'event', targetId: runId, name } as const;
        run.idle(open, { kind: 'waiting', untilMs, mayEndSooner: true, wait });
      },
    });
    run.idle(open, BUSY);
    return await run.record(open, { ok: true, value });
  } catch (error) {
    return recordFailure(run, open, error);
  }
}

/** Waits for the next value of a stream and records it, or the stream's end, as the call's own. */
export async function performRead(
  run: CallContext,
  open: OpenCall,
  { cursor }: ReadCall,
  untilMs: number | null,
): Promise<void> {
  const { deps, post } = run.host;
  try {
    const found = await nextValue(post.streams, deps, cursor, {
      untilMs,
      signal: run.lifetime,
      pending: () => {
        const { definition, runId: targetId, position } = cursor;
        const wait = { kind: 'stream', targetId, name: definition.name, position } as const;
        run.idle(open, { kind: 'waiting', untilMs, mayEndSooner: true, wait });
      },
    });
    run.idle(open, BUSY);
    const value = found && { position: found.position, value: deps.codec.decode(found.value) };
    const what = `a value of stream "${cursor.definition.name}"`;
    return await run.record(open, settle(deps.codec, { ok: true, value }, what));
  } catch (error) {
    return recordFailure(run, open, error);
  }
}

/** Errors that are a call's outcome. Any other one is the engine's, and nothing that a workflow may see. */
const OUTCOMES = ['RUN_FINISHED', 'RUN_NOT_FOUND', 'STORE_CORRUPT', 'TIMED_OUT', 'UNSUPPORTED'] as const;

/** Records an error as a call's outcome, if it is one. */
export async function recordFailure(run: CallContext, open: OpenCall, error: unknown): Promise<void> {
  if (!OUTCOMES.some((code) => isHoldfastError(error, code))) throw error;
  run.idle(open, BUSY);
  return run.record(open, settleError(run.host.deps.codec, error));
}

async function give(
  run: CallContext,
  open: OpenCall,
  { definition, runId, value }: SendCall | ShowCall,
  make: (step: StepEntry, value: Payload) => Exclude<MailEntry, { readonly op: 'receive' }>,
): Promise<void> {
  const { deps, post } = run.host;
  let payload: Payload;
  try {
    const encoded = post.encode(definition, value);
    payload = encoded instanceof Promise ? await encoded : encoded;
  } catch (error) {
    return run.record(open, settleError(deps.codec, error));
  }
  return put(run, open, definition, runId, (step) => make(step, payload));
}

async function put(
  run: CallContext,
  open: OpenCall,
  definition: MailDefinition,
  runId: string,
  make: (step: StepEntry) => MailEntry,
): Promise<void> {
  const { deps, post } = run.host;
  const done = settle(deps.codec, { ok: true, value: undefined }, definition.name);
  let entry: MailEntry | undefined;
  const outcome = await run.recordWith(open, done, (step) => {
    entry = make(step);
    return entry;
  });
  if (outcome.kind === 'written') return post.told(entry!, outcome);
  if (outcome.kind === 'exists') return run.record(open, done);
  const error =
    outcome.kind === 'refused'
      ? writeRefused(definition.name, outcome.error)
      : obstacle(definition, runId, outcome);
  return run.record(open, settleError(deps.codec, error));
}
