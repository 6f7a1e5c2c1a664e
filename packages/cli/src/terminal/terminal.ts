import type { Colours } from './colours.js';

/** What the command talks to: a person's terminal, or pipes. */
export interface Terminal {
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  /** How wide a line of output may be; Infinity where nobody reads it on a screen. */
  readonly columns: number;
  /** How wide a line of notes may be. */
  readonly noteColumns: number;
  /** For what is written with {@link write}. */
  readonly colours: Colours;
  /** For what is written with {@link note}. */
  readonly noteColours: Colours;
  /** Whether notes go to a screen, on which a line can be replaced by another. */
  readonly canRedraw: boolean;
  /** Writes to standard output. Resolves when there is room for more. @throws ReaderGone if nobody reads on. */
  write(text: string): Promise<void>;
  /** Writes to standard error: what is said about the work, beside its results. */
  note(text: string): void;
  /** Writes over the line of notes that the cursor is in, without ending it. Only where {@link canRedraw}. */
  redraw(text: string): void;
  /** Asks a question and reads a line. @throws Interrupted on Ctrl-C or when the input ends. */
  ask(question: string): Promise<string>;
  /** All of standard input. */
  input(): Promise<string>;
  /** Aborted by the first Ctrl-C (or SIGTERM) from now on; the second one ends the process. */
  interrupted(): AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** What the command was called with. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Whoever read the output has closed it: `| head` has seen enough. Not an error. */
export class ReaderGone extends Error {}

/** A person pressed Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
  }
}
