import type { Encoded } from '../codec/index.js';
import type { StandardSchema } from './standard-schema.js';

/** What a channel, an event or a stream is, apart from the type of its values. */
export interface MailDefinition {
  readonly kind: 'channel' | 'event' | 'stream';
  readonly name: string;
  /** Checks a value before it is recorded. */
  readonly schema: StandardSchema | undefined;
}

/** The step in whose body a run shows something, in which epoch of the run. */
export interface StepOrigin {
  readonly epoch: number;
  readonly seq: number;
}

interface MailCall {
  readonly definition: MailDefinition;
  /** The run that is sent something, or whose event or stream it is. */
  readonly runId: string;
}

export interface SendCall extends MailCall {
  readonly value: unknown;
  readonly key: string | undefined;
}

/** To set an event or to append to a stream. */
export interface ShowCall extends MailCall {
  readonly value: unknown;
  readonly origin: StepOrigin | undefined;
}

export interface CloseCall extends MailCall {
  readonly origin: StepOrigin | undefined;
}

export interface GetCall extends MailCall {
  readonly timeoutMs: number | undefined;
  /** Ends the wait with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}

/** How far a reader of a stream has come. */
export interface StreamCursor extends MailCall {
  /** The position of the next value. */
  position: number;
  readonly timeoutMs: number | undefined;
  /** Values from that position on that were read already. */
  ahead: { readonly position: number; readonly value: Encoded }[];
}

/** Who waits for the next value of a stream. */
export interface ReadCall {
  readonly cursor: StreamCursor;
  /** Ends the wait with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when nobody wants the value any more: the wait ends as a stream does. */
  readonly abandoned: AbortSignal;
}

/** A value of a stream, and its place in it. */
export interface StreamEntry<Value = unknown> {
  /** From 0, without gaps. */
  readonly position: number;
  readonly value: Value;
}

/** What can be done with channels, events and streams. */
export interface Mail {
  send(call: SendCall): Promise<void>;
  set(call: ShowCall): Promise<void>;
  get(call: GetCall): Promise<unknown>;
  write(call: ShowCall): Promise<void>;
  close(call: CloseCall): Promise<void>;
  /** The next value of a stream; undefined at its end. */
  next(call: ReadCall): Promise<StreamEntry | undefined>;
}

/** What a run receives. */
export interface ReceiveCall {
  readonly definition: MailDefinition;
  readonly timeoutMs: number | undefined;
}

/** The same inside a run's own code, where all of it is recorded. */
export interface RunMail extends Mail {
  receive(call: ReceiveCall): Promise<unknown>;
}
