import type { RunSummary, RunView, StepView } from '@holdfast/core';
import type { Terminal } from '../terminal/terminal.js';
import { plainValue } from './values.js';

/** One JSON document. What is undefined is left out; dates are texts in ISO form. */
export function writeDocument(terminal: Terminal, value: unknown): Promise<void> {
  return terminal.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Items as one JSON document on a line each (NDJSON), so that a reader need not wait for the last. */
export async function writeLines(terminal: Terminal, items: readonly unknown[]): Promise<void> {
  if (items.length === 0) return;
  await terminal.write(`${items.map((item) => JSON.stringify(item)).join('\n')}\n`);
}

/** A run as a program reads it. */
export function runJson(run: RunSummary | RunView): unknown {
  if (!('input' in run)) return run;
  const { input, output, error, ...summary } = run;
  return { ...summary, input: plainValue(input), output: plainValue(output), error: plainValue(error) };
}

/** A call of a run's journal as a program reads it. */
export function stepJson(step: StepView): unknown {
  const { output, error, ...call } = step;
  return { ...call, output: plainValue(output), error: plainValue(error) };
}
