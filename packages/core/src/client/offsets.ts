import {
  checkName,
  type Registry,
  type Workflow,
  type WorkflowDefinition,
  workflowScope,
} from '../define/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import type { OffsetRecord } from '../store/index.js';
import type { StartOptions } from './options.js';
import { joiningCall } from './start-many.js';
import { advanceWithin } from './within.js';

/** A reader of a log goes on. */
export interface Advance {
  /** Who reads: `'kafka shop'`. Each reader stands where it stands, whatever others have read. */
  readonly reader: string;
  /** What it reads: `'orders/3'`. */
  readonly log: string;
  /** Where it stood: what was read of it last. Undefined if it has not read this log yet. */
  readonly from: string | undefined;
  /** Where it goes on reading: a word of the reader's own, which is compared and never understood. */
  readonly to: string;
}

/** A run for something that was read. */
export interface LogStart {
  readonly workflow: Workflow<never, unknown>;
  readonly args: readonly unknown[];
  /** With an id that follows from the place in the log, the same place is the same run, whoever reads it. */
  readonly options?: StartOptions;
}

/**
 * How far readers have come in logs that others keep: a partition of a topic, a feed of changes, a folder of files. A
 * reader's position is a row beside the runs, so that both move in one transaction: what was read is a run exactly once,
 * whoever dies where.
 *
 * Two readers of one name may believe that a log is theirs. Of the two one moves on; the other is told, and nothing of
 * what it brought is written.
 */
export interface Offsets {
  /** Where a reader stands, by log. */
  read(reader: string): Promise<ReadonlyMap<string, string>>;
  /**
   * Moves a reader on and starts runs, in one transaction and one round trip. False, with nothing written, if the reader
   * does not stand at `from`: another one moved it, or this very call did, and its answer was lost. Then read again.
   *
   * The store is asked once: how long to go on asking is for the reader to know.
   *
   * @throws HoldfastError those of `app.startMany`, and STORE_UNAVAILABLE or the driver's own error if the store cannot
   * be reached.
   */
  advance(advance: Advance, starts: readonly LogStart[]): Promise<boolean>;
  /**
   * The same inside a transaction of yours, for rows of yours: those that it writes, and runs started by
   * `app.within(tx)`, are there exactly if the reader has moved on. Call it first: whoever comes second waits here. If it
   * is false, roll back.
   *
   * @throws HoldfastError ADAPTER_UNKNOWN_TRANSACTION, WITHIN_OTHER_DATABASE.
   */
  advanceWithin(tx: unknown, advance: Advance): Promise<boolean>;
  /** Forgets where a reader stands in a log, or in all. Answers in how many. Runs that it started stay. */
  forget(reader: string, log?: string): Promise<number>;
}

export function offsetsOf(
  engine: () => Engine,
  registry: Registry,
  served: (workflow: Workflow<never, unknown>) => WorkflowDefinition,
): Offsets {
  const outside = (): Engine => {
    const scope = workflowScope();
    if (!scope) return engine();
    throw new HoldfastError(
      'WRONG_CONTEXT',
      `Run "${scope.info.id}" cannot move a reader of a log: a replay would read it again. Read logs outside of runs.`,
      { details: { runId: scope.info.id } },
    );
  };
  return {
    async read(reader) {
      const records: readonly OffsetRecord[] = await outside().offsets.read(checkName(reader, 'reader'));
      return new Map(records.map(({ log, position }) => [log, position]));
    },
    async advance(advance, starts) {
      const { offsets } = outside();
      const requests = starts.map(({ workflow, args, options = {} }) => ({
        ...joiningCall(served(workflow), args, options),
        parentId: null,
      }));
      return offsets.advance(checked(advance), requests);
    },
    async advanceWithin(tx, advance) {
      return advanceWithin(tx, outside(), registry, checked(advance));
    },
    async forget(reader, log) {
      const name = log === undefined ? null : checkName(log, 'log');
      return outside().offsets.forget(checkName(reader, 'reader'), name);
    },
  };
}

function checked({ reader, log, from, to }: Advance): {
  reader: string;
  log: string;
  from: string | null;
  to: string;
} {
  return {
    reader: checkName(reader, 'reader'),
    log: checkName(log, `log of reader "${reader}"`),
    from: from === undefined ? null : checkName(from, `position of reader "${reader}"`),
    to: checkName(to, `position of reader "${reader}"`),
  };
}
