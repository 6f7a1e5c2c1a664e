import type { RunMailView } from '@holdfast/core';
import { plainValue, valueLine } from '../show/values.js';
import type { Colours } from '../terminal/colours.js';
import { printable } from '../terminal/width.js';

/** A run's events, streams, and messages that it has not received, a line each. */
export function mailLines({ events, streams, unreceived }: RunMailView, { dim }: Colours): readonly string[] {
  return [
    ...events.map(({ name, value }) => `  ${dim('event')}    ${printable(name)} = ${valueLine(value)}\n`),
    ...streams.map(
      ({ name, length, isClosed }) =>
        `  ${dim('stream')}   ${printable(name)}, ${countedValues(length)}${isClosed ? ', closed' : ''}\n`,
    ),
    ...unreceived.map(
      ({ channel, messages }) =>
        `  ${dim('message')}  ${messages === 1 ? '1 message' : `${messages} messages`} on ${printable(channel)} not received yet\n`,
    ),
  ];
}

function countedValues(length: number): string {
  return length === 1 ? '1 value' : `${length.toLocaleString('en')} values`;
}

/** The same as a program reads it. */
export function mailJson({ events, ...mail }: RunMailView): object {
  return { ...mail, events: events.map(({ name, value }) => ({ name, value: plainValue(value) })) };
}
