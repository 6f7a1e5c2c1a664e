import { isHoldfastError } from '@holdfast/core';
import { CommanderError } from 'commander';
import { Interrupted, ReaderGone, type Terminal } from '../terminal/terminal.js';
import { adviceOn } from './advice.js';
import { EXIT } from './exit-codes.js';
import { FoundTrouble, WrongUse } from './wrong-use.js';

/** Says what went wrong and what to do, and answers the exit code. */
export function report(error: unknown, terminal: Terminal, isJson: boolean): number {
  if (error instanceof ReaderGone) return EXIT.fine;
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof FoundTrouble) return EXIT.trouble;
  // Commander has said already what is wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrongUse;
  const { message, code, details, advice } = factsOf(error);
  if (isJson) {
    terminal.note(JSON.stringify({ error: { code, message, details, advice } }));
  } else {
    const { red, bold, dim } = terminal.noteColours;
    terminal.note(`${red(bold('error'))}  ${message}${code === undefined ? '' : dim(`  ${code}`)}`);
    if (advice !== undefined) terminal.note(`${dim('do')}     ${advice}`);
  }
  return exitCodeOf(error, code);
}

interface Facts {
  readonly message: string;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly advice?: string | undefined;
}

function factsOf(error: unknown): Facts {
  if (error instanceof WrongUse) return { message: error.message, advice: error.advice };
  if (isHoldfastError(error)) {
    const { message, code, details } = error;
    return { message, code, details, advice: adviceOn(error) };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

function exitCodeOf(error: unknown, code: string | undefined): number {
  if (error instanceof WrongUse || code?.startsWith('INVALID_')) return EXIT.wrongUse;
  return code?.startsWith('STORE_') || code?.startsWith('EMBEDDED_') ? EXIT.noDatabase : EXIT.trouble;
}
