import type { Schema } from '../sql/names.js';

/** A step from one version of the tables to the next. A released one is never changed again. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /**
   * The oldest version whose code can still work with the tables as they are after this one. It may be an older one only if
   * this one merely adds what that code does not miss. Default: this one.
   */
  readonly compatibleFrom?: number;
  /** Statements without parameters, run inside one transaction. */
  readonly text: (s: Schema) => string;
}
