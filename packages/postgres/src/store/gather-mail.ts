import { type MailEntry, runOf, type StepEntry, strangerOf } from '@holdfast/core/internal';
import type { Json, Placed } from './batch-rows.js';

/** The rows of a batch's mail, the calls that it comes with, and the runs to lock for it. */
export interface GatheredMail {
  readonly rows: Placed[];
  readonly calls: readonly { readonly at: number; readonly step: StepEntry }[];
  readonly told: ReadonlySet<string>;
}

/** Sorts out what mail needs of each part of the statement. */
export function gatherMail(
  entries: readonly { readonly at: number; readonly entry: MailEntry }[],
): GatheredMail {
  const told = new Set<string>();
  for (const { entry } of entries) {
    // Also a run that shows something itself: whether somebody waits for that is read under its lock.
    if (entry.op !== 'receive') told.add(entry.runId);
  }
  return {
    rows: entries.map(({ at, entry }) => ({ lock: runOf(entry), row: mailRow(at, entry) })),
    calls: entries.flatMap(({ at, entry: { step } }) => (step ? [{ at, step }] : [])),
    told,
  };
}

function mailRow(at: number, entry: MailEntry): Json {
  const row = {
    at,
    op: entry.op,
    caller: entry.step?.runId,
    seq: entry.step?.seq,
    run_id: runOf(entry),
    is_strange: strangerOf(entry) !== null,
  };
  switch (entry.op) {
    case 'send':
      return {
        ...row,
        name: entry.channel,
        key: entry.key ?? undefined,
        value: entry.value.json,
        value_extra: entry.value.extra ?? undefined,
        trace_context: entry.traceContext ?? undefined,
      };
    case 'receive':
      return { ...row, message_id: entry.messageId };
    case 'close':
      return { ...row, name: entry.name, epoch: entry.epoch ?? undefined };
    case 'set':
    case 'write':
      return {
        ...row,
        name: entry.name,
        epoch: entry.epoch ?? undefined,
        key: entry.key ?? undefined,
        origin_seq: entry.seq ?? undefined,
        value: entry.value.json,
        value_extra: entry.value.extra ?? undefined,
      };
  }
}
