import type { OffsetMove, OffsetStore, StartEntry } from '../store/index.js';
import { refusal } from './refusal.js';
import { type Moment, writeBatch } from './writes.js';

/** Positions by log, by reader. */
export type OffsetTables = Map<string, Map<string, string>>;

/** What a store asks its data: one moment of a later turn. */
type Ask = <T>(work: (offsets: OffsetTables, moment: Moment) => T) => Promise<T>;

/** How far readers have come in logs, in memory. */
export function offsetStore(ask: Ask): OffsetStore {
  return {
    read: (reader) =>
      ask((offsets) =>
        [...(offsets.get(reader) ?? [])]
          .map(([log, position]) => ({ log, position }))
          .sort((a, b) => (a.log < b.log ? -1 : 1)),
      ),
    advance: (move) => ask((offsets, moment) => advance(offsets, moment, move)),
    forget: (reader, log) => ask((offsets) => forget(offsets, reader, log)),
  };
}

function advance(
  offsets: OffsetTables,
  moment: Moment,
  { reader, log, from, to, starts }: OffsetMove,
): boolean {
  const logs = offsets.get(reader) ?? new Map<string, string>();
  if ((logs.get(log) ?? null) !== from) return false;
  const entries = starts.map((run): StartEntry => ({ op: 'start', run }));
  const flaw = entries.map(refusal).find((error) => error !== undefined);
  if (flaw) throw flaw;
  writeBatch(moment, entries);
  offsets.set(reader, logs.set(log, to));
  return true;
}

function forget(offsets: OffsetTables, reader: string, log: string | null): number {
  const logs = offsets.get(reader);
  if (!logs) return 0;
  if (log !== null) return logs.delete(log) ? 1 : 0;
  offsets.delete(reader);
  return logs.size;
}
