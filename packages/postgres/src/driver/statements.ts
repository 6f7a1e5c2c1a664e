import { createHash } from 'node:crypto';
import type { Schema } from '../sql/names.js';
import type { Statement, Value } from '../sql/statement.js';
import type { NamedText, Query } from './driver.js';

/** The statements of one schema, as they are sent. */
export class Statements {
  readonly schema: Schema;
  readonly #bound = new Map<string, NamedText>();

  constructor(schema: Schema) {
    this.schema = schema;
  }

  /** Runs a statement and reads its rows. */
  async run<Values extends readonly Value[], Result>(
    query: Query,
    statement: Statement<Values, Result>,
    values: Values,
  ): Promise<Result[]> {
    const rows = await query(this.#bind(statement), values);
    return rows.map((row) => statement.decode(row));
  }

  // A connection remembers a prepared statement by its name. Over a user's pool, two schemas or two versions of this
  // package may share one, so the name holds a digest of the text.
  #bind(statement: Statement<readonly Value[], unknown>): NamedText {
    if (!statement.isPrepared) return { name: undefined, text: statement.text(this.schema) };
    const known = this.#bound.get(statement.name);
    if (known) return known;
    const text = statement.text(this.schema);
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
    const bound = { name: `holdfast_${statement.name}_${digest}`, text };
    this.#bound.set(statement.name, bound);
    return bound;
  }
}
