import { HoldfastError } from '../errors/index.js';
import type { CallKind, Payload } from './entry.js';

/** What is looked at of a recorded call. */
export interface StepSeen {
  readonly seq: number;
  readonly ordinal: number | null;
  readonly kind: CallKind;
  readonly name: string;
  readonly error: Payload | null;
  readonly childId: string | null;
  readonly hasUndo?: boolean;
}

/** Where a fork begins, as it was asked for. */
export interface ForkRequest {
  readonly runId: string;
  /** A call's number or name; undefined for the failed call or, without one, for the end. */
  readonly fromStep: number | string | undefined;
  /** The calls, by number or name, whose results are replaced. */
  readonly outputs: readonly string[];
}

/**
 * The first call that a fork makes anew. If it is not said: the first one that was undone, or else the last failed one, or
 * else the one after all; but never before a result that is replaced.
 *
 * @throws HoldfastError INVALID_OPTION.
 */
export function forkCut(steps: readonly StepSeen[], { runId, fromStep, outputs }: ForkRequest): number {
  const calls = steps.filter(({ kind }) => kind !== 'undo');
  const replaced = replacedSeqs(calls, runId, outputs);
  const last = Math.max(-1, ...replaced.values());
  if (fromStep === undefined) return Math.max(defaultCut(calls, steps), last + 1);
  if (typeof fromStep === 'number' && (!Number.isSafeInteger(fromStep) || fromStep < 0)) {
    throw invalid(`fromStep of a fork is ${fromStep}; it must be the number of a call, from 0, or its name.`);
  }
  const cut = typeof fromStep === 'number' ? fromStep : Math.min(...seqsOf(calls, runId, fromStep));
  if (last < cut) return cut;
  throw invalid(
    `A fork of run "${runId}" from call ${cut} replaces the result of call ${last}, which it would make anew. ` +
      'Fork from a later call.',
  );
}

/** The numbers of the calls whose undos are in the journal: as a run unwinds, the last results are undone first. */
export function undoneSeqs(steps: readonly StepSeen[]): ReadonlySet<number> {
  const undos = steps.filter(({ kind }) => kind === 'undo').length;
  const undoable = steps.filter(({ hasUndo, ordinal }) => hasUndo && ordinal !== null);
  undoable.sort((a, b) => b.ordinal! - a.ordinal!);
  return new Set(undoable.slice(0, undos).map(({ seq }) => seq));
}

/** The numbers of the calls whose results are replaced. @throws HoldfastError INVALID_OPTION. */
export function replacedSeqs(
  steps: readonly StepSeen[],
  runId: string,
  outputs: readonly string[],
): ReadonlyMap<string, number> {
  return new Map(outputs.map((output) => [output, replacedSeq(steps, runId, output)]));
}

function replacedSeq(steps: readonly StepSeen[], runId: string, output: string): number {
  const seqs = /^\d+$/.test(output)
    ? steps.filter(({ seq }) => seq === Number(output)).map(({ seq }) => seq)
    : seqsOf(steps, runId, output);
  if (seqs.length > 1) {
    throw invalid(
      `Run "${runId}" called "${output}" more than once (calls ${seqs.join(', ')}). Give the number of the one whose ` +
        'result is to be replaced.',
    );
  }
  const step = steps.find(({ seq }) => seq === seqs[0]);
  if (step && step.ordinal !== null && step.kind !== 'undo') return step.seq;
  throw invalid(`Run "${runId}" has no recorded result of call "${output}" that could be replaced.`);
}

function seqsOf(steps: readonly StepSeen[], runId: string, name: string): number[] {
  const seqs = steps.filter((step) => step.name === name && step.kind !== 'undo').map(({ seq }) => seq);
  if (seqs.length > 0) return seqs;
  throw invalid(`Run "${runId}" has not called anything named "${name}".`);
}

function defaultCut(calls: readonly StepSeen[], steps: readonly StepSeen[]): number {
  const undone = undoneSeqs(steps);
  if (undone.size > 0) return Math.min(...undone);
  const failed = calls.filter(({ ordinal, error }) => ordinal !== null && error !== null);
  const last = failed.sort((a, b) => b.ordinal! - a.ordinal!)[0];
  return last ? last.seq : calls.reduce((after, { seq }) => Math.max(after, seq + 1), 0);
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', message);
}
