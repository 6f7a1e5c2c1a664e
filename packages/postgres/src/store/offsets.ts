import { HoldfastError, type OffsetMove, type OffsetStore } from '@holdfast/core/internal';
import { driverState } from '../driver-state.js';
import { advanceReader } from '../sql/offsets/advance.js';
import { forgetOffsets, readOffsets } from '../sql/offsets/read.js';
import { rowsJson } from './batch-rows.js';
import { FAULT_OF_A_ROW } from './commit.js';
import { startLock, startRow } from './gather.js';
import type { RunStatement } from './run-statement.js';

/** How far readers have come in logs, in Postgres. */
export function postgresOffsets(run: RunStatement): OffsetStore {
  return {
    read: (reader) => run(readOffsets, [reader]),
    advance: (move) => advance(run, move),
    forget: async (reader, log) => (await run(forgetOffsets, [reader, log]))[0]!,
  };
}

async function advance(run: RunStatement, move: OffsetMove): Promise<boolean> {
  const { reader, log, from, to, starts } = move;
  const rows = starts.map((start, at) => ({ lock: startLock(start), row: startRow(at, start) }));
  try {
    const [moved] = await run(advanceReader, [reader, log, from, to, rowsJson(rows)]);
    return moved! > 0;
  } catch (error) {
    // A text that is too long to be sent at all is a RangeError.
    if (FAULT_OF_A_ROW.test(driverState(error) ?? '') || error instanceof RangeError)
      throw refusal(move, error);
    throw error;
  }
}

function refusal({ reader, log, from, to, starts }: OffsetMove, cause: unknown): HoldfastError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(
    'STORE_WRITE_REFUSED',
    `Postgres refuses what "${reader}" read of "${log}" between ${from ?? 'its beginning'} and ${to}: ${reason}. One of ` +
      `these ${starts.length} runs cannot be stored as it is; start them one by one to find it.`,
    { cause, details: { reader, log, from, to, state: driverState(cause) } },
  );
}
