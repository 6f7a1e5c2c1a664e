import { openSync, readFileSync, writeSync } from 'node:fs';

/** One execution of a step's body. */
export interface Execution {
  readonly run: string;
  readonly seq: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly name: string;
  readonly pid: number;
}

/** The same with when it ran, in milliseconds by the clock that all processes of the machine share. */
export interface TimedExecution extends Execution {
  readonly fromMs: number;
  /** Undefined if it did not end, as its process was killed, or does not note that it did. */
  readonly toMs: number | undefined;
}

interface Line extends Execution {
  readonly what: 'begin' | 'end';
  readonly atMs: number;
}

export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Where bodies note that they run. */
export interface Ledger {
  begin(execution: Execution): void;
  end(execution: Execution): void;
}

/**
 * Every execution of a body, in a file outside the database: it knows what a killed process did. A line is appended
 * in one write, so what was noted survives the process, and the lines of several processes stay whole.
 */
export function openLedger(file: string): Ledger {
  const descriptor = openSync(file, 'a');
  const write = (what: Line['what'], execution: Execution): void => {
    const line: Line = { what, atMs: sharedClockMs(), ...execution };
    writeSync(descriptor, `${JSON.stringify(line)}\n`);
  };
  return { begin: (execution) => write('begin', execution), end: (execution) => write('end', execution) };
}

/** The executions in the order in which they began. */
export function readLedger(file: string): TimedExecution[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  const keyOf = ({ run, seq, epoch, attempt }: Execution): string => `${run} ${seq} ${epoch} ${attempt}`;
  const ends = new Map(lines.filter(({ what }) => what === 'end').map((line) => [keyOf(line), line.atMs]));
  return lines
    .filter(({ what }) => what === 'begin')
    .map(({ what: _, atMs, ...execution }) => ({
      ...execution,
      fromMs: atMs,
      toMs: ends.get(keyOf(execution)),
    }));
}
