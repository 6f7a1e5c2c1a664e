/** A row as it travels. Columns that are null are left out, or undefined: so they are read. */
export type Json = Readonly<Record<string, unknown>>;

export interface Placed {
  /** What its row is locked by. */
  readonly lock: string;
  readonly row: Json;
}

/** A number of milliseconds. What is none must be refused, and JSON would make nothing of it. */
export function amount(ms: number | null): number | string | undefined {
  if (ms === null) return undefined;
  return Number.isFinite(ms) ? ms : 'NaN';
}

/** The rows of a statement, in the order in which they are locked. */
export function rowsJson(rows: Placed[]): string {
  rows.sort((a, b) => (a.lock < b.lock ? -1 : a.lock > b.lock ? 1 : 0));
  return JSON.stringify(rows.map(({ row }) => row));
}
