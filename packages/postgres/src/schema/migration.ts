import type { Schema } from '../sql/names.js';

/** A step from one version of the tables to the next. A released one is never changed again. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Statements without parameters, run inside one transaction. */
  readonly text: (s: Schema) => string;
}
