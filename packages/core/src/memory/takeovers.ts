import { DEATHS_KEPT, type Death } from '../store/index.js';
import type { RunRow, Tables } from './tables.js';

/** What is noted of a run whose executor died with it: how often that has happened since it last came further. */
export function takeoverOf(tables: Tables, run: RunRow, death: Death): Partial<RunRow> {
  const recorded = tables.steps(run.id).filter(({ ordinal }) => ordinal !== null);
  const seq = recorded.at(-1)?.seq ?? -1;
  const isStuck = run.takeoverSeq === seq;
  const before = isStuck ? run.deaths.slice(1 - DEATHS_KEPT) : [];
  return {
    takeovers: isStuck ? run.takeovers + 1 : 1,
    takeoverSeq: seq,
    deaths: Object.freeze([...before, Object.freeze(death)]),
  };
}
