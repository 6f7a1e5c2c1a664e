import type { RunSql, TransactionCall } from '../define/index.js';
import { stepPolicy } from '../define/index.js';
import type { Outcome, Payload } from '../replay/index.js';
import { runAttempt } from './attempt.js';
import type { OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { type SqlTrouble, sqlTrouble } from './sql-state.js';

/** A transactional step on its way to an outcome. */
export interface TransactionTry {
  readonly run: CallContext;
  readonly open: OpenCall;
  readonly call: TransactionCall;
  attempt: number;
  /**
   * The ordinal of a commit whose answer was lost. Kept for the next try: whichever of the two got into the journal,
   * it is there under this ordinal, and no later result was handed over before it.
   */
  heldOrdinal: number | undefined;
  /** A commit on another database may have happened without an answer: its checkpoint is looked for. */
  isUncertain: boolean;
}

/** How one transaction ended. */
export type Transacted =
  /** Its outcome is in the journal, written in the same commit. */
  | {
      readonly kind: 'committed';
      readonly ordinal: number;
      readonly outcome: Outcome;
      readonly completedAtMs: number;
    }
  /** It committed, or had nothing to commit; the journal does not know its value yet. */
  | { readonly kind: 'value'; readonly value: Payload }
  /** It rolled back, by an error of the step itself. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** It rolled back because of others, or the connection was lost. Not an attempt of the step's. */
  | { readonly kind: 'again'; readonly error: unknown }
  /** The run is another executor's. */
  | { readonly kind: 'lost' };

/** How far a transaction got before it failed. */
export interface Progress {
  /** The error of the user's own code, as distinct from that of the commit. */
  bodyError?: { readonly error: unknown; readonly trouble: SqlTrouble };
  value?: Payload;
}

/** Runs the step's body on an open transaction, in the step's context and within its timeout, and encodes its value. */
export async function enterBody(current: TransactionTry, tx: unknown, progress: Progress): Promise<Payload> {
  const { run, open, call, attempt } = current;
  const { codec } = run.host.deps;
  const { name } = call;
  const { timeoutMs } = stepPolicy(name, call.options);
  const result = await runAttempt(run, { name, seq: open.seq, attempt, timeoutMs }, () => call.body(tx));
  try {
    if (!result.ok) throw result.error;
    progress.value = codec.encode(result.value, `the result of step "${name}"`);
    return progress.value;
  } catch (error) {
    progress.bodyError = { error, trouble: await bodyTrouble(current, tx, error) };
    throw error;
  }
}

/** What an error of the commit, or of anything but the body, means. */
export function troubleOf(current: TransactionTry, error: unknown): SqlTrouble {
  return sqlTrouble(current.call.adapter.sqlState(error));
}

/** An adapter's open transaction as a function that runs SQL. */
export function sqlOn(call: TransactionCall, tx: unknown): RunSql {
  return (text, values) => call.adapter.run(tx, text, values);
}

/**
 * A socket error thrown by the body need not be the database's: the body may have called a service. So the connection
 * itself is asked whether it is still there.
 */
async function bodyTrouble(current: TransactionTry, tx: unknown, error: unknown): Promise<SqlTrouble> {
  const trouble = troubleOf(current, error);
  if (trouble !== 'connection-lost') return trouble;
  try {
    await current.call.adapter.run(tx, 'select 1 as alive', []);
    return 'none';
  } catch (probe) {
    return troubleOf(current, probe) === 'connection-lost' ? 'connection-lost' : 'none';
  }
}
