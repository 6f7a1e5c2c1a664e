import type { Payload } from '../replay/index.js';
import type { StepEntry } from './step-entry.js';

/**
 * Sends a message to a run. Answers `missing` if there is no such run, `ended` if it has ended, and `exists` if it has
 * ended but has had a message with that key; then nothing is written, the call neither.
 */
export interface SendEntry {
  readonly op: 'send';
  /** The call that sends it: both are written, or neither. Null outside a run's own code. */
  readonly step: StepEntry | null;
  /** The run it is for. */
  readonly runId: string;
  readonly channel: string;
  /** A second message to the run with the same key is the same message. Null only beside a call. */
  readonly key: string | null;
  readonly value: Payload;
  /** What says in whose trace it was sent, as JSON text of an object of texts. Left out or null: in none. */
  readonly traceContext?: string | null;
}

/** What sets an event or writes a stream of a run, and on what condition. */
interface Mark {
  /** The call that does it: both are written, or neither. Null outside a run's own code. */
  readonly step: StepEntry | null;
  /** The run whose event or stream it is. */
  readonly runId: string;
  /** Written only if that run is running at this epoch, else `lost`; null for whoever does not execute it. */
  readonly epoch: number | null;
  readonly name: string;
}

/** A value that a run shows. */
interface MarkedValue extends Mark {
  readonly value: Payload;
  /** The call of the run that gives the value, itself or in its body; null if it comes from outside. */
  readonly seq: number | null;
  /** Tells a repeated write by the same key from another one. Null only beside a call. */
  readonly key: string | null;
}

/** Sets an event of a run. Answers `missing` or `ended` as {@link SendEntry} does, unless the run itself sets it. */
export interface SetEntry extends MarkedValue {
  readonly op: 'set';
}

/** Appends to a stream of a run. Answers `missing` or `ended` as {@link SetEntry} does, and `closed`. */
export interface WriteEntry extends MarkedValue {
  readonly op: 'write';
}

/** Closes a stream of a run: nothing is appended to it any more. */
export interface CloseEntry extends Mark {
  readonly op: 'close';
}

/** Records that a call received a message. */
export interface ReceiveEntry {
  readonly op: 'receive';
  readonly step: StepEntry;
  readonly messageId: string;
}

/** An entry about what runs are sent and what they show. */
export type MailEntry = SendEntry | SetEntry | WriteEntry | CloseEntry | ReceiveEntry;

/** Whether an entry is about what runs are sent and what they show. */
export function isMail(entry: { readonly op: string }): entry is MailEntry {
  switch (entry.op) {
    case 'send':
    case 'set':
    case 'write':
    case 'close':
    case 'receive':
      return true;
    default:
      return false;
  }
}

/**
 * The run that an entry is about if neither a call of that run nor its epoch vouches for it: such a run is looked at, and
 * kept from ending, as the entry is written.
 */
export function strangerOf(entry: MailEntry): string | null {
  if (entry.op === 'receive') return null;
  const { step, runId } = entry;
  if (entry.op === 'send') return runId;
  return step?.runId === runId || entry.epoch !== null ? null : runId;
}
