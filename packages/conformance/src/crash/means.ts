import type { Holdfast, Registry } from '@holdfast/core/internal';
import type { Orm } from '../orm/orm.js';
import type { Ledger } from './ledger.js';

/** What the programs run on. */
export interface Means {
  readonly orm: Orm;
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly app: () => Holdfast;
  /** Resolves when the crew opens the gate. */
  readonly gate: Promise<void>;
}

/** The name of the row that a transactional step leaves: no two steps have the same. */
export function effectOf(run: string, seq: number): string {
  return `${run}#${seq}`;
}
