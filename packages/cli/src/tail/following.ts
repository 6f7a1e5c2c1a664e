import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@holdfast/core';
import type { Terminal } from '../terminal/terminal.js';

/** What every way of following goes by. */
export interface Following {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly intervalMs: number;
}

/** Looks again and again, until a look says that it was the last one, or Ctrl-C. */
export async function lookUntil(
  { terminal, intervalMs }: Following,
  look: () => Promise<boolean>,
): Promise<void> {
  const signal = terminal.interrupted();
  while (!signal.aborted) {
    if (await look()) return;
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** `12:34:56.789`, in the time zone of whoever looks. */
export function clockText(moment: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(moment.getMilliseconds()).padStart(3, '0');
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${ms}`;
}
