import { HoldfastError } from '@holdfast/core/internal';
import { quoteIdentifier, type Schema, schemaNamed } from '../sql/names.js';
import { APP_RIGHTS, type Rights } from './rights.js';

/** What a role is to do with Holdfast's tables: run an app, or write the checkpoints of transactional steps. */
export type GrantPurpose = 'app' | 'steps';

export function isPurpose(word: string): word is GrantPurpose {
  return word === 'app' || word === 'steps';
}

/** For whom {@link grantsSql} grants, and what. */
export interface GrantsOptions {
  /** The role that gets the rights. */
  readonly role: string;
  /**
   * What it is to do. `app`: all that an app does. `steps`: only what transactional steps and `app.within(tx)` do, for a
   * role that the user's own ORM connects as. Default `app`.
   */
  readonly purpose?: GrantPurpose;
  /** The schema of Holdfast's tables. Default `holdfast`. */
  readonly schema?: string;
}

/** Postgres keeps this many bytes of a name, and silently drops the rest. */
const LONGEST_BYTES = 63;

/**
 * The SQL that gives a role the rights it needs, and no others: to be applied by the owner of the tables, after each
 * migration. The role neither owns anything nor may create, alter or drop anything.
 *
 * @throws HoldfastError INVALID_OPTION for what no role or schema can be named.
 * @example console.log(grantsSql({ role: 'shop_app' }));
 */
export function grantsSql({ role, purpose = 'app', schema = 'holdfast' }: GrantsOptions): string {
  const s = schemaNamed(schema);
  const grantee = quoteIdentifier(checkedRole(role));
  const grants = purpose === 'steps' ? stepsGrants(s) : rightsGrants(s, APP_RIGHTS);
  return `${['begin;', ...grants.map((grant) => `grant ${grant} to ${grantee};`), 'commit;'].join('\n')}\n`;
}

function rightsGrants(s: Schema, { tables, takesPlaces, callsFunctions }: Rights): string[] {
  const onTables = Object.entries(tables).map(
    ([table, rights]) => `${rights.join(', ')} on ${s[table as keyof typeof tables]}`,
  );
  return [
    `usage on schema ${s.quoted}`,
    ...onTables,
    ...(takesPlaces ? [`usage on sequence ${s.places}`] : []),
    ...(callsFunctions ? [`execute on all functions in schema ${s.quoted}`] : []),
  ];
}

/**
 * A transactional step reads the installation id, locks its run `for key share` and writes its journal entry; a start
 * within a transaction inserts a run. To lock a row, Postgres asks for the right to update at least one column of it: so
 * one is granted that such a role could set without harm.
 */
function stepsGrants(s: Schema): string[] {
  return [
    `usage on schema ${s.quoted}`,
    `select on ${s.migrations}`,
    `select, insert, update (tags) on ${s.runs}`,
    `select, insert, update on ${s.steps}`,
    `usage on sequence ${s.places}`,
  ];
}

function checkedRole(role: unknown): string {
  if (
    typeof role === 'string' &&
    role !== '' &&
    !role.includes('\0') &&
    Buffer.byteLength(role) <= LONGEST_BYTES
  ) {
    return role;
  }
  throw new HoldfastError(
    'INVALID_OPTION',
    `The option "role" must be the name of a role: 1 to ${LONGEST_BYTES} bytes, without NUL.`,
    { details: { role } },
  );
}
