import type { Client } from '@holdfast/core';
import { isFinal } from '@holdfast/core/internal';
import type { Inspector } from '@holdfast/postgres/internal';
import { checkExecutors } from './executors.js';
import type { Finding } from './finding.js';
import { checkQueues } from './queues.js';
import { checkPaused, checkStranded } from './runs.js';
import { checkDrift, checkLevel, checkServer } from './tables.js';
import { checkTransactions } from './transactions.js';

/** From when on something is trouble. */
export interface Thresholds {
  readonly transactionMs: number;
  readonly mostWaiting: number;
}

/** What the doctor looks through. */
export interface Patient {
  readonly inspector: Inspector;
  readonly schema: string;
  readonly nowMs: number;
  /** Opens a client, and does something with it: only once it is known that it can work with the tables. */
  withClient<T>(work: (client: Client) => Promise<T>): Promise<T>;
}

/** Looks at everything, and says of each thing how it is. What cannot be looked at, as there are no tables, is left out. */
export async function examine(
  patient: Patient,
  { transactionMs, mostWaiting }: Thresholds,
): Promise<readonly Finding[]> {
  const { inspector, schema, nowMs } = patient;
  const level = await inspector.level();
  const findings = [checkServer(level, inspector.where), checkLevel(level, schema)];
  if (level.version > 0) findings.push(await checkDrift(inspector, level));
  const transactions = await inspector.transactions(transactionMs);
  findings.push(checkTransactions(transactions, transactionMs));
  // Tables of another version may lack what is asked for.
  if (level.version < level.known || level.compatibleFrom > level.known) return findings;
  return patient.withClient(async (client) => {
    const counts = await client.runs.counts({ by: ['state'] });
    const open = counts.reduce((sum, { state, runs }) => sum + (isFinal(state) ? 0 : runs), 0);
    return [
      ...findings,
      checkExecutors(await client.executors.list(), open, nowMs),
      checkStranded(await client.runs.stranded(), nowMs),
      checkPaused(counts),
      checkQueues(await client.queues.list(), mostWaiting, nowMs),
    ];
  });
}
