import type { Codec } from '../codec/index.js';
import type { MailOfRun } from '../store/index.js';
import { shownValue } from './run-view.js';

/** What a run shows and was sent, each by name. */
export interface RunMailView {
  /** Its events, each with its present value. */
  readonly events: readonly { readonly name: string; readonly value: unknown }[];
  /** Its streams: how many values each has, and whether it was closed. */
  readonly streams: readonly { readonly name: string; readonly length: number; readonly isClosed: boolean }[];
  /** Channels on which it was sent messages that it has not received, and how many. */
  readonly unreceived: readonly { readonly channel: string; readonly messages: number }[];
}

export function runMailView({ events, streams, unreceived }: MailOfRun, codec: Codec): RunMailView {
  return {
    events: events.map(({ name, value }) => ({ name, value: shownValue(value, codec) })),
    streams,
    unreceived,
  };
}
