import {
  type CloseEntry,
  type EntryOutcome,
  isFinal,
  type MailEntry,
  type SendEntry,
  type StepEntry,
  strangerOf,
} from '../store/index.js';
import type { MailTables } from './mail.js';
import { copyPayload, type RunRow, type Tables } from './tables.js';

type Obstacle = Extract<EntryOutcome['kind'], 'missing' | 'ended' | 'closed' | 'exists' | 'lost'>;

const WRITTEN: EntryOutcome = Object.freeze({ kind: 'written' });
const WAKES: EntryOutcome = Object.freeze({ kind: 'written', wakes: true });
const AWAITED: EntryOutcome = Object.freeze({ kind: 'written', isAwaited: true });

/** What writing an entry needs of the other tables. */
export interface MailWriter {
  readonly tables: Tables;
  readonly mail: MailTables;
  /** Writes a call. Answers what became of it, and whether it is new. */
  step(entry: StepEntry): { readonly outcome: EntryOutcome; readonly isNew: boolean };
  /** Whether a call stands in the journal as it is given. */
  isRecorded(entry: StepEntry): boolean;
  /** The run, if it is running at this epoch. */
  held(runId: string, epoch: number): RunRow | undefined;
  /** Lets a run know that something came in. */
  signal(runId: string): void;
}

/** Writes an entry about what runs are sent and what they show: with its call, or neither. */
export function writeMail(writer: MailWriter, entry: MailEntry): EntryOutcome {
  const { step } = entry;
  if (step && writer.isRecorded(step)) {
    if (entry.op === 'receive') return WRITTEN;
    return entry.op === 'send' ? WAKES : shown(writer, entry.runId);
  }
  const kind = obstacleTo(writer, entry);
  if (kind) return { kind };
  if (step) {
    const { outcome, isNew } = writer.step(step);
    if (!isNew) return outcome;
  }
  return takeEffect(writer, entry);
}

function obstacleTo({ tables, mail, held }: MailWriter, entry: MailEntry): Obstacle | undefined {
  if (entry.op === 'receive') return undefined;
  if (entry.op !== 'send' && entry.epoch !== null && !held(entry.runId, entry.epoch)) return 'lost';
  const stranger = strangerOf(entry);
  const run = stranger === null ? undefined : tables.run(stranger);
  if (stranger !== null && !run) return 'missing';
  if (run && isFinal(run.state)) {
    const isKnown = entry.op === 'send' && entry.key !== null && mail.hasMessage(entry.runId, entry.key);
    return isKnown ? 'exists' : 'ended';
  }
  return entry.op === 'write' && mail.stream(entry.runId, entry.name).isClosed ? 'closed' : undefined;
}

function takeEffect(writer: MailWriter, entry: MailEntry): EntryOutcome {
  const { mail } = writer;
  switch (entry.op) {
    case 'send':
      return send(writer, entry);
    case 'receive':
      mail.receive(entry.step.runId, entry.messageId, entry.step.seq);
      return WRITTEN;
    case 'set':
    case 'write': {
      const { runId, name, key, seq } = entry;
      const rows = entry.op === 'set' ? mail.events(runId, name) : mail.stream(runId, name).values;
      const isRepeated = key !== null && rows.some((row) => row.key === key);
      if (!isRepeated) rows.push({ key, seq, value: copyPayload(entry.value) });
      break;
    }
    case 'close':
      close(mail, entry);
  }
  return shown(writer, entry.runId);
}

/** A run shows something. */
function shown({ tables }: MailWriter, runId: string): EntryOutcome {
  return tables.awaited.happened(runId) ? AWAITED : WRITTEN;
}

function send({ tables, mail, signal }: MailWriter, entry: SendEntry): EntryOutcome {
  const { runId, channel, key, traceContext = null } = entry;
  if (key !== null && mail.hasMessage(runId, key)) return WRITTEN;
  const isParked = tables.run(runId)?.state === 'waiting';
  mail.addMessage(runId, { channel, key, value: copyPayload(entry.value), traceContext });
  signal(runId);
  return isParked ? WAKES : WRITTEN;
}

function close(mail: MailTables, { runId, name }: CloseEntry): void {
  mail.stream(runId, name).isClosed = true;
}
