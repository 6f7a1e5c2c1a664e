import { HoldfastError } from '@holdfast/core/internal';
import { quoteIdentifier, type Schema, schemaNamed } from '../sql/names.js';
import { APP_RIGHTS } from './rights.js';

const GRANTS = { app: appGrants, steps: stepsGrants, calls: callsGrants } as const;

/** What a role is to do with Holdfast's tables: see {@link GrantsOptions}. */
export type GrantPurpose = keyof typeof GRANTS;

export function isPurpose(word: string): word is GrantPurpose {
  return Object.hasOwn(GRANTS, word);
}

/** For whom {@link grantsSql} grants, and what. */
export interface GrantsOptions {
  /** The role that gets the rights. */
  readonly role: string;
  /**
   * What it is to do. `app`: all that an app does. `steps`: only what transactional steps and `app.within(tx)` do, for a
   * role that the user's own ORM connects as. `calls`: only what the SQL functions do (start_run and the others), for
   * another program. Default `app`.
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
  return `${['begin;', ...GRANTS[purpose](s).map((grant) => `grant ${grant} to ${grantee};`), 'commit;'].join('\n')}\n`;
}

function appGrants(s: Schema): string[] {
  const { tables, takesPlaces, callsFunctions } = APP_RIGHTS;
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
 * within a transaction inserts a run; a reader of a log is moved on in it. To lock a row, Postgres asks for the right to update at least one column of it: so
 * one is granted that such a role could set without harm.
 */
function stepsGrants(s: Schema): string[] {
  return [
    `usage on schema ${s.quoted}`,
    `select on ${s.migrations}`,
    `select, insert, update (tags) on ${s.runs}`,
    `select, insert, update on ${s.steps}`,
    `select, insert, update on ${s.offsets}`,
    `usage on sequence ${s.places}`,
    `execute on function ${s.quoted}.record_checkpoint`,
  ];
}

/** The functions run with the rights of who calls them. */
function callsGrants(s: Schema): string[] {
  return [
    `usage on schema ${s.quoted}`,
    `select on ${s.executors}`,
    `select on ${s.queues}`,
    `select, insert, update on ${s.runs}`,
    `select, insert on ${s.messages}`,
    `select (run_id, undo) on ${s.steps}`,
    `insert on ${s.tallies}`,
    `select, insert on ${s.news}`,
    `usage on sequence ${s.places}`,
    `execute on all functions in schema ${s.quoted}`,
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
