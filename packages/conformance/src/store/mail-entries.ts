import { randomUUID } from 'node:crypto';
import type {
  CallKind,
  CloseEntry,
  ReceiveEntry,
  SendEntry,
  SetEntry,
  StepEntry,
  WriteEntry,
} from '@holdfast/core/internal';
import { type Held, outcome, payload } from './entries.js';

/** A call of a run, to go beside what it does. Its ordinal follows from its place. */
export function call(run: Held, kind: CallKind, seq: number, changes: Partial<StepEntry> = {}): StepEntry {
  return outcome(run, { kind, name: 'x', seq, ordinal: seq + 1, output: payload(null), ...changes });
}

/** A message from outside, unless `changes` say what call it comes with. */
export function send(runId: string, value: unknown, changes: Partial<SendEntry> = {}): SendEntry {
  const key = changes.step ? null : randomUUID();
  return { op: 'send', step: null, runId, channel: 'letters', key, value: payload(value), ...changes };
}

export function receive(run: Held, seq: number, messageId: string): ReceiveEntry {
  return { op: 'receive', step: call(run, 'receive', seq), messageId };
}

/** An event set from outside, unless `changes` say what call it comes with. */
export function set(runId: string, value: unknown, changes: Partial<SetEntry> = {}): SetEntry {
  const key = changes.step ? null : randomUUID();
  const seq = changes.step?.runId === runId ? changes.step.seq : null;
  return {
    op: 'set',
    step: null,
    runId,
    epoch: null,
    name: 'progress',
    value: payload(value),
    seq,
    key,
    ...changes,
  };
}

/** A value written from outside, unless `changes` say what call it comes with. */
export function write(runId: string, value: unknown, changes: Partial<WriteEntry> = {}): WriteEntry {
  return { ...set(runId, value, { name: 'tokens' }), op: 'write', ...withCall(runId, changes), ...changes };
}

export function close(runId: string, changes: Partial<CloseEntry> = {}): CloseEntry {
  return { op: 'close', step: null, runId, epoch: null, name: 'tokens', ...changes };
}

function withCall(runId: string, { step }: Partial<WriteEntry>): Partial<WriteEntry> {
  return step ? { key: null, seq: step.runId === runId ? step.seq : null } : {};
}
