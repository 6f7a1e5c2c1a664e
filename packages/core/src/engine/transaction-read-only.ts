import {
  enterBody,
  type Progress,
  type Transacted,
  type TransactionTry,
  troubleOf,
} from './transaction-try.js';

/** A read-only transaction: it has no effect to be made exact, so its value is recorded as an ordinary step's. */
export async function transactReadOnly(current: TransactionTry): Promise<Transacted> {
  const progress: Progress = {};
  try {
    const value = await current.call.adapter.transaction(current.call.options, (tx) =>
      enterBody(current, tx, progress),
    );
    return { kind: 'value', value };
  } catch (error) {
    const trouble = progress.bodyError?.trouble ?? troubleOf(current, error);
    return trouble === 'none'
      ? { kind: 'failed', error: progress.bodyError?.error ?? error }
      : { kind: 'again', error };
  }
}
