import type { Payload } from '../replay/index.js';

/** Which messages of a run are asked for. */
export interface MessageQuestion {
  readonly runId: string;
  readonly channel: string;
  /** Only messages after this one; null for all. */
  readonly afterId: string | null;
  readonly limit: number;
}

/** A message that no call has received. */
export interface WaitingMessage {
  /** Grows from message to message of a run: one that is there is never preceded by one that comes later. */
  readonly id: string;
  readonly value: Payload;
  readonly traceContext: string | null;
}

/** Which event is asked for. */
export interface EventQuestion {
  readonly runId: string;
  readonly name: string;
}

/** What is known of an event, all at one moment. */
export interface EventAnswer {
  /** How its run stands; null if there is none. */
  readonly run: 'open' | 'ended' | null;
  /** Its present value; null before it was set. */
  readonly value: Payload | null;
}

/** Which part of a stream is asked for. */
export interface StreamQuestion {
  readonly runId: string;
  readonly name: string;
  /** The first position. */
  readonly from: number;
  readonly limit: number;
}

/** A value of a stream as it is stored. */
export interface StoredStreamValue {
  readonly position: number;
  readonly value: Payload;
}

/** What is known of a stream from a position on, all at one moment. */
export interface StreamAnswer {
  /** How its run stands; null if there is none. */
  readonly run: 'open' | 'ended' | null;
  readonly isClosed: boolean;
  /** In the order of their positions, without gaps. */
  readonly values: readonly StoredStreamValue[];
}

/** An event of a run that was set. */
export interface ShownEvent {
  readonly name: string;
  readonly value: Payload;
}

/** A stream of a run that was written or closed. */
export interface ShownStream {
  readonly name: string;
  /** How many values it has. */
  readonly length: number;
  readonly isClosed: boolean;
}

/** How many messages to a run on a channel no call has received. */
export interface UnreceivedCount {
  readonly channel: string;
  readonly messages: number;
}

/** All that a run shows and was sent, each by name. */
export interface MailOfRun {
  readonly events: readonly ShownEvent[];
  readonly streams: readonly ShownStream[];
  readonly unreceived: readonly UnreceivedCount[];
}

/** The reading side of what runs are sent and what they show. All answers stand in the order of their questions. */
export interface MailStore {
  /** Messages that no call has received, in the order in which they are to be received. */
  messages(questions: readonly MessageQuestion[]): Promise<readonly (readonly WaitingMessage[])[]>;
  events(questions: readonly EventQuestion[]): Promise<readonly EventAnswer[]>;
  streams(questions: readonly StreamQuestion[]): Promise<readonly StreamAnswer[]>;
  /** What there is of a run, for those who do not know the names: its events, its streams, and what it has not received. */
  ofRun(runId: string): Promise<MailOfRun>;
}
