import type { CheckpointOutcome } from '../define/index.js';
import type { Payload } from '../replay/index.js';
import {
  enterBody,
  type Progress,
  sqlOn,
  type Transacted,
  type TransactionTry,
  troubleOf,
} from './transaction-try.js';

interface Written {
  readonly outcome: CheckpointOutcome;
  readonly ordinal: number;
  readonly completedAtMs: number;
}

/** A transaction on the engine's own database: the journal's entry is written and committed with the user's rows. */
export async function transactHere(current: TransactionTry): Promise<Transacted> {
  if (current.heldOrdinal !== undefined) {
    const landed = await inJournal(current);
    if (landed) return landed;
  }
  const progress: Progress & { written?: Written } = {};
  try {
    await current.call.adapter.transaction(current.call.options, async (tx) => {
      const value = await enterBody(current, tx, progress);
      progress.written = await writeCheckpoint(current, tx, value);
      if (progress.written.outcome !== 'written')
        throw new Error(`the checkpoint is ${progress.written.outcome}`);
    });
    return committed(progress);
  } catch (error) {
    return afterFailure(current, error, progress);
  }
}

async function writeCheckpoint(current: TransactionTry, tx: unknown, value: Payload): Promise<Written> {
  const { run, open, call, attempt } = current;
  // Taken at the last moment: until this commit is answered, results with later ordinals wait.
  const isHeld = current.heldOrdinal !== undefined;
  const ordinal = current.heldOrdinal ?? run.assignOrdinal();
  const completedAtMs = run.nowMs();
  try {
    const outcome = await call.checkpoints.record(sqlOn(call, tx), run.host.deps.store.location!, {
      runId: run.run.id,
      runKey: run.run.key,
      epoch: run.run.epoch,
      seq: open.seq,
      ordinal,
      kind: open.kind === 'undo' ? 'undo' : 'transaction',
      name: call.name,
      attempt,
      output: value.json,
      outputExtra: value.extra,
      hasUndo: call.undo !== undefined,
      startedAtMs: open.startedAtMs,
      completedAtMs,
    });
    if (outcome !== 'written' && !isHeld) run.giveUpOrdinal(ordinal);
    return { outcome, ordinal, completedAtMs };
  } catch (error) {
    // Not committed, whatever the error: the commit was not asked for yet.
    if (!isHeld) run.giveUpOrdinal(ordinal);
    throw error;
  }
}

function committed({ written, value }: Progress & { written?: Written }): Transacted {
  const { ordinal, completedAtMs } = written!;
  return { kind: 'committed', ordinal, completedAtMs, outcome: { ok: true, value: value! } };
}

async function afterFailure(
  current: TransactionTry,
  error: unknown,
  { bodyError, written }: Progress & { written?: Written },
): Promise<Transacted> {
  if (bodyError) {
    return bodyError.trouble === 'none'
      ? { kind: 'failed', error: bodyError.error }
      : { kind: 'again', error };
  }
  if (written?.outcome === 'lost') return { kind: 'lost' };
  if (written?.outcome === 'exists') return (await inJournal(current)) ?? { kind: 'lost' };
  const trouble = troubleOf(current, error);
  if (written && trouble === 'connection-lost') current.heldOrdinal = written.ordinal;
  else if (written && current.heldOrdinal === undefined) current.run.giveUpOrdinal(written.ordinal);
  return trouble === 'none' ? { kind: 'failed', error } : { kind: 'again', error };
}

/** The outcome of an earlier try whose answer was lost, if it did commit. */
async function inJournal({ run, open }: TransactionTry): Promise<Transacted | undefined> {
  const { store } = run.host.deps;
  try {
    const journal = (await store.load([run.run.id])).get(run.run.id) ?? [];
    const entry = journal.find(({ seq, state }) => seq === open.seq && state === 'recorded');
    if (entry?.state !== 'recorded') return undefined;
    const { ordinal, outcome, completedAtMs } = entry;
    return { kind: 'committed', ordinal, outcome, completedAtMs };
  } catch (error) {
    if (store.isTransient(error)) return { kind: 'again', error };
    throw error;
  }
}
