import type { CheckpointOutcome, FoundCheckpoint } from '../define/index.js';
import type { Payload } from '../replay/index.js';
import {
  enterBody,
  type Progress,
  sqlOn,
  type Transacted,
  type TransactionTry,
  troubleOf,
} from './transaction-try.js';

/**
 * A transaction on a database that is not the engine's: its checkpoint goes into a table there, in the same commit, and
 * the journal takes it over afterwards. After a crash between the two the checkpoint is found again.
 */
export async function transactApart(current: TransactionTry): Promise<Transacted> {
  const progress: Progress & { written?: CheckpointOutcome } = {};
  try {
    const found = mayHaveCommitted(current) ? await find(current) : undefined;
    if (found) return takeOver(found);
    await current.call.adapter.transaction(current.call.options, async (tx) => {
      const value = await enterBody(current, tx, progress);
      progress.written = await write(current, tx, value);
      if (progress.written !== 'written') throw new Error(`the checkpoint is ${progress.written}`);
    });
    return { kind: 'value', value: progress.value! };
  } catch (error) {
    return afterFailure(current, error, progress);
  }
}

/** A run in its first epoch cannot have left a checkpoint, unless the answer to its own commit was lost. */
function mayHaveCommitted({ run, isUncertain }: TransactionTry): boolean {
  return isUncertain || run.run.epoch > 1;
}

function write(
  { run, open, call, attempt }: TransactionTry,
  tx: unknown,
  value: Payload,
): Promise<CheckpointOutcome> {
  return call.checkpoints.recordApart(sqlOn(call, tx), {
    runId: run.run.id,
    runKey: run.run.key,
    epoch: run.run.epoch,
    seq: open.seq,
    ordinal: 0,
    kind: open.kind === 'undo' ? 'undo' : 'transaction',
    name: call.name,
    attempt,
    output: value.json,
    outputExtra: value.extra,
    hasUndo: call.undo !== undefined,
    startedAtMs: open.startedAtMs,
    completedAtMs: run.nowMs(),
  });
}

async function afterFailure(
  current: TransactionTry,
  error: unknown,
  { bodyError, written }: Progress & { written?: CheckpointOutcome },
): Promise<Transacted> {
  if (bodyError) {
    return bodyError.trouble === 'none'
      ? { kind: 'failed', error: bodyError.error }
      : { kind: 'again', error };
  }
  if (written === 'exists') {
    current.isUncertain = true;
    return { kind: 'again', error };
  }
  const trouble = troubleOf(current, error);
  if (trouble === 'connection-lost') current.isUncertain = true;
  return trouble === 'none' ? { kind: 'failed', error } : { kind: 'again', error };
}

function find({ run, open, call }: TransactionTry): Promise<FoundCheckpoint | undefined> {
  return call.adapter.transaction({}, (tx) =>
    call.checkpoints.findApart(sqlOn(call, tx), run.run.key, open.seq),
  );
}

function takeOver({ output, outputExtra }: FoundCheckpoint): Transacted {
  return { kind: 'value', value: { json: output, extra: outputExtra } };
}
