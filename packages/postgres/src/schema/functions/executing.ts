import { quoteLiteral, type Schema } from '../../sql/names.js';
import type { Statement, Value } from '../../sql/statement.js';

/**
 * Has plpgsql run one of the store's own statements: so what it does is written once. `values` are SQL expressions for
 * its parameters.
 *
 * HAZARD: the text is copied into the function. Whoever changes such a statement after a release adds a migration that
 * makes the functions anew.
 */
export function executing(
  s: Schema,
  statement: Statement<readonly Value[], unknown> | Statement<never, unknown>,
  values: readonly string[],
  into = '',
): string {
  return `execute ${quoteLiteral(statement.text(s))}${into && ` into ${into}`} using ${values.join(', ')}`;
}
