import { stream } from '@holdfast/core';
import { writeLines } from '../show/json.js';
import { plainValue } from '../show/values.js';
import type { Following } from './following.js';

/** Writes the values of a run's stream as they come, each on a line: texts as they are, all else as JSON. */
export async function followStream(
  { client, terminal, json }: Following,
  id: string,
  name: string,
): Promise<void> {
  // Without a run there is nothing to wait for.
  await client.runs.get(id);
  const values = client.stream(stream(name)).read(id);
  const signal = terminal.interrupted();
  signal.addEventListener('abort', () => void values.return?.(), { once: true });
  for await (const value of values) {
    if (signal.aborted) return;
    if (json) await writeLines(terminal, [plainValue(value) ?? null]);
    else await terminal.write(`${typeof value === 'string' ? value : JSON.stringify(plainValue(value))}\n`);
  }
}
