import { HoldfastError } from '@holdfast/core/internal';
import type { Driver } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { APP_RIGHTS, listRights } from '../schema/rights.js';
import { findMissingRights } from '../sql/rights/missing.js';

/**
 * Makes sure that the present user may do all that an app does.
 *
 * @throws HoldfastError STORE_REFUSED, naming every right that it lacks.
 */
export async function checkRights(driver: Driver, statements: Statements): Promise<void> {
  const { schema } = statements;
  const wanted = JSON.stringify(listRights(schema, APP_RIGHTS));
  const missing = await statements.run(driver.query, findMissingRights, [wanted]);
  const user = missing[0]?.user;
  if (user === undefined) return;
  const rights = missing.map(({ right }) => right);
  throw new HoldfastError(
    'STORE_REFUSED',
    `User "${user}" may not do all that an app does at ${driver.where}: it lacks ${rights.join(', ')}. ` +
      `Let the owner of the tables apply what \`holdfast-postgres grants --role ${user} --schema ${schema.name}\` prints.`,
    { details: { where: driver.where, user, schema: schema.name, missing: rights } },
  );
}
