import { type EntryOutcome, HoldfastError, isMail, runOf, type StoreEntry } from '@holdfast/core/internal';
import type { Driver } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { driverState } from '../driver-state.js';
import { type BatchAnswer, commitBatch, commitLone, type Form } from '../sql/batch/commit.js';
import { commitMail } from '../sql/batch/mail-batch.js';
import { readStanding } from '../sql/batch/standing.js';
import { despiteDeadlock } from './again.js';
import { gather } from './gather.js';
import { settle } from './settle.js';

/**
 * Classes of errors that one row brings about, whatever its neighbours: a cardinality, a value, a constraint or a limit
 * of size that it violates.
 */
export const FAULT_OF_A_ROW = /^(?:21|22|23|54)...$/;

/**
 * Writes a batch. One round trip, unless an entry was not plainly written: then a second one asks why.
 *
 * A batch that the server refuses because of one of its entries is written in full, which passes over what is there
 * already; and if that is not it, in halves, and those in halves again, until the bad entry stands alone.
 */
export async function commitEntries(
  driver: Driver,
  statements: Statements,
  entries: readonly StoreEntry[],
  most: Form = 'plain',
): Promise<readonly EntryOutcome[]> {
  if (entries.length === 0) return [];
  try {
    return await despiteDeadlock(() => writeTogether(driver, statements, entries, most));
  } catch (error) {
    if (!isFaultOfAnEntry(error)) throw error;
    if (most === 'plain') return commitEntries(driver, statements, entries, 'full');
    if (entries.length === 1) return [await commitAlone(driver, statements, entries[0]!, error)];
    const middle = entries.length >> 1;
    const first = await commitEntries(driver, statements, entries.slice(0, middle), most);
    return [...first, ...(await commitEntries(driver, statements, entries.slice(middle), most))];
  }
}

/** Mail may be refused for what stood in its way and could not be seen yet: it can be by now, and is no fault of the mail. */
async function commitAlone(
  driver: Driver,
  statements: Statements,
  entry: StoreEntry,
  first: unknown,
): Promise<EntryOutcome> {
  if (!isMail(entry)) return { kind: 'refused', error: refusal(entry, first) };
  try {
    return (await writeTogether(driver, statements, [entry], 'full'))[0]!;
  } catch (error) {
    if (!isFaultOfAnEntry(error)) throw error;
    return { kind: 'refused', error: refusal(entry, error) };
  }
}

async function writeTogether(
  driver: Driver,
  statements: Statements,
  entries: readonly StoreEntry[],
  most: Form,
): Promise<readonly EntryOutcome[]> {
  const outcomes: EntryOutcome[] = entries.map(() => ({ kind: 'written' }));
  const unsettled = new Map<number, BatchAnswer['why']>();
  for (const { at, why } of await send(driver, statements, entries, most)) {
    if (why === 'woke') outcomes[at] = { kind: 'written', wakes: true };
    else if (why === 'awaited') outcomes[at] = { kind: 'written', isAwaited: true };
    else unsettled.set(at, unsettled.get(at) ?? why);
  }
  if (unsettled.size === 0) return outcomes;
  const asked = JSON.stringify([...unsettled.keys()].map((at) => ({ at, ...keysOf(entries[at]!) })));
  const again: number[] = [];
  for (const standing of await statements.run(driver.query, readStanding, [asked])) {
    const outcome = settle(entries[standing.at]!, standing, unsettled.get(standing.at) ?? null);
    if (outcome) outcomes[standing.at] = outcome;
    else again.push(standing.at);
  }
  const written = await commitEntries(
    driver,
    statements,
    again.map((at) => entries[at]!),
    'full',
  );
  for (const [index, at] of again.entries()) outcomes[at] = written[index]!;
  return outcomes;
}

/** Writes a batch. Answers which of its entries there is something to say about. */
async function send(
  driver: Driver,
  statements: Statements,
  entries: readonly StoreEntry[],
  most: Form,
): Promise<readonly BatchAnswer[]> {
  const { kinds, values } = gather(entries, most);
  const lone = entries.length === 1 ? commitLone(kinds) : undefined;
  if (lone)
    return (await statements.run(driver.query, lone, values)).length > 0 ? [] : [{ at: 0, why: null }];
  const batch = kinds.mail ? commitMail(kinds) : commitBatch(kinds);
  return statements.run(driver.query, batch, values);
}

/** All by which something may stand in the way of an entry. */
function keysOf(entry: StoreEntry): Readonly<Record<string, unknown>> {
  if (entry.op === 'send')
    return { ...keyOf(entry), target: entry.runId, message_key: entry.key ?? undefined };
  if (isMail(entry)) return { ...keyOf(entry), target: runOf(entry) };
  if (entry.op !== 'start') return keyOf(entry);
  const { workflow, queue, deduplicationKey, deduplicationScope, parentId, isDetached } = entry.run;
  const key = { deduplication_key: deduplicationKey, deduplication_scope: deduplicationScope };
  return { ...keyOf(entry), workflow, queue, ...key, parent_id: isDetached ? null : parentId };
}

function keyOf(entry: StoreEntry): { readonly run_id: string; readonly seq?: number } {
  const call = isMail(entry) ? entry.step : entry;
  if (call?.op === 'step') return { run_id: call.runId, seq: call.seq };
  return { run_id: runOf(entry) };
}

/** Also when the batch is too long a text to be sent at all. */
function isFaultOfAnEntry(error: unknown): boolean {
  return FAULT_OF_A_ROW.test(driverState(error) ?? '') || error instanceof RangeError;
}

function refusal(entry: StoreEntry, cause: unknown): HoldfastError {
  const { run_id: runId, seq } = keyOf(entry);
  const what = entry.op === 'step' ? `call ${seq} ("${entry.name}")` : `the ${entry.op}`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(
    'STORE_WRITE_REFUSED',
    `Postgres refuses ${what} of run "${runId}": ${reason}. The value cannot be stored as it is; change it and try again.`,
    { cause, details: { runId, op: entry.op, seq, state: driverState(cause) } },
  );
}
