import { stepPolicy, type TransactionCall } from '../define/index.js';
import type { OpenEntry, Payload } from '../replay/index.js';
import { type Backoff, pause } from './backoff.js';
import type { OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import { settleError } from './settle.js';
import { sqlTrouble } from './sql-state.js';
import { afterFailure } from './step-call.js';
import type { AttemptWatch } from './telemetry.js';
import { transactApart } from './transaction-apart.js';
import { transactHere } from './transaction-here.js';
import { transactReadOnly } from './transaction-read-only.js';
import type { Transacted, TransactionTry } from './transaction-try.js';

const SUCCEEDED = { ok: true } as const;

/** For transactions that the database rolled back because of others, and for lost connections. */
const TRANSACTION_BACKOFF: Backoff = { firstMs: 5, maxMs: 1000 };

/**
 * Executes a transactional step until it has an outcome. Attempts that fail by the user's own error count for the
 * retry policy; conflicts and lost connections do not, and are never an outcome.
 */
export async function performTransaction(
  run: CallContext,
  open: OpenCall,
  call: TransactionCall,
  begun: OpenEntry | undefined,
): Promise<void> {
  const policy = stepPolicy(call.name, call.options);
  if (begun?.retryAtMs) await run.waitUntil(open, begun.retryAtMs);
  const transact = await chooseTransact(run, call).catch(
    (error: unknown) => async (): Promise<Transacted> => {
      return { kind: 'failed', error };
    },
  );
  const attempt = (begun?.attempt ?? 0) + 1;
  const current: TransactionTry = { run, open, call, attempt, heldOrdinal: undefined, isUncertain: false };
  for (; ; current.attempt++) {
    const { attempt } = current;
    const watch = run.watch?.attempt({ kind: open.kind, name: call.name, seq: open.seq, attempt });
    const settled = (): ReturnType<typeof untilSettled> => untilSettled(current, transact, watch);
    const transacted = await (watch ? watch.within(settled) : settled());
    if (transacted.kind === 'lost') return run.lose();
    if (transacted.kind === 'failed') {
      const { error } = transacted;
      watch?.executed({ ok: false, error });
      const next = await afterFailure(run, open, policy, { error, attempt, watch });
      if (next.kind === 'again') continue;
      await recordFailure(current, next.error);
      return watch?.recorded();
    }
    watch?.executed(SUCCEEDED);
    if (transacted.kind === 'value') await recordValue(current, transacted.value);
    watch?.recorded();
    if (transacted.kind === 'value') return;
    return run.ready(open, transacted.ordinal, transacted.outcome, transacted.completedAtMs);
  }
}

type Transact = (current: TransactionTry) => Promise<Transacted>;

async function chooseTransact(run: CallContext, call: TransactionCall): Promise<Transact> {
  if (call.options.readOnly) return transactReadOnly;
  return (await placeOf(run, call)) === 'here' ? transactHere : transactApart;
}

/** Finds out where the checkpoints go, however long the database cannot be reached. */
async function placeOf(run: CallContext, call: TransactionCall): Promise<'here' | 'apart'> {
  for (let tries = 0; ; tries++) {
    try {
      return await run.host.placeOf(call.adapter, call.checkpoints);
    } catch (error) {
      if (sqlTrouble(call.adapter.sqlState(error)) === 'none') throw error;
      await rest(run, tries);
    }
  }
}

async function untilSettled(
  current: TransactionTry,
  transact: Transact,
  watch: AttemptWatch | undefined,
): Promise<Exclude<Transacted, { readonly kind: 'again' }>> {
  const { run, call } = current;
  for (let tries = 0; ; tries++) {
    const transacted = await transact(current);
    if (transacted.kind !== 'again') return transacted;
    const { error } = transacted;
    watch?.triedAgain(error);
    run.host.deps.logger.debug(
      { error, runId: run.run.id, workflow: run.run.workflow, step: call.name, tries },
      'the transaction is tried again',
    );
    await rest(run, tries);
  }
}

/** Pauses. Never resolves if the run leaves this executor meanwhile. */
async function rest(run: CallContext, tries: number): Promise<void> {
  await pause(TRANSACTION_BACKOFF, tries, run.host.deps, run.lifetime);
  if (run.lifetime.aborted) await new Promise(() => {});
}

function recordValue({ run, open, attempt }: TransactionTry, value: Payload): Promise<void> {
  return run.record(open, { ok: true, value }, { attempt });
}

function recordFailure({ run, open, attempt, heldOrdinal }: TransactionTry, error: unknown): Promise<void> {
  if (heldOrdinal !== undefined) run.giveUpOrdinal(heldOrdinal);
  return run.record(open, settleError(run.host.deps.codec, error), { attempt });
}
