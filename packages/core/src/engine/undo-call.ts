import { type StepCall, type TransactionCall, undoOptions } from '../define/index.js';
import { performStep } from './step-call.js';
import { performTransaction } from './transaction-call.js';
import type { Undo } from './undo.js';

/** The undo of a step's call, if it has one. */
export function undoOfStep({ options, undo }: StepCall): Undo | undefined {
  if (!undo) return undefined;
  return (run, open, begun, result) => {
    const body = (): unknown => undo(result);
    return performStep(run, open, { name: open.name, options: undoOptions(options), body }, begun);
  };
}

/** The undo of a transactional step's call, if it has one: its rows and its record are one commit. */
export function undoOfTransaction(call: TransactionCall): Undo | undefined {
  const { undo } = call;
  if (!undo) return undefined;
  const { effect: _, ...options } = undoOptions(call.options);
  const { isolationLevel } = call.options;
  return (run, open, begun, result) => {
    const reverse: TransactionCall = {
      ...call,
      name: open.name,
      options: { ...options, ...(isolationLevel && { isolationLevel }) },
      body: (tx) => undo(tx, result),
      undo: undefined,
    };
    return performTransaction(run, open, reverse, begun);
  };
}
