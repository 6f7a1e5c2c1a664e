import { openSync, readFileSync, writeSync } from 'node:fs';

/** One execution of a step's body, noted as it began. */
export interface Execution {
  readonly run: string;
  readonly seq: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly name: string;
  readonly pid: number;
}

/**
 * Every execution of a body, in a file outside the database: it knows what a killed process did. A line is appended
 * in one write, so what was noted survives the process, and the lines of several processes stay whole.
 */
export function openLedger(file: string): (execution: Execution) => void {
  const descriptor = openSync(file, 'a');
  return (execution) => void writeSync(descriptor, `${JSON.stringify(execution)}\n`);
}

export function readLedger(file: string): Execution[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Execution);
}
