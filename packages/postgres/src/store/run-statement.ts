import type { Statement, Value } from '../sql/statement.js';

/** Runs a statement on the store's connection. */
export type RunStatement = <Values extends readonly Value[], Result>(
  statement: Statement<Values, Result>,
  values: Values,
) => Promise<Result[]>;
