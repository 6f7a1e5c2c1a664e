import type { Schema } from '../names.js';

/** What a batch holds of one kind, as a part of the statement that writes the batch. */
export interface BatchPart {
  /** Common table expressions; `given` is the parameter with this part's rows, as JSON text. */
  readonly writes: (s: Schema, given: string) => string;
  /**
   * A query for the places (`at`) of the rows that were not plainly written. With `not in`, which is hashed: the planner
   * expects few rows of a write, and would compare each with each.
   */
  readonly unsettled: string;
  /** A query for the places (`at`) of rows that there is something to say of, although they were written, and for that (`why`). */
  readonly remarks?: string;
}
