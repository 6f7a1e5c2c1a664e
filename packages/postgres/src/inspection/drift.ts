import { randomBytes } from 'node:crypto';
import type { Driver } from '../driver/driver.js';
import type { Statements } from '../driver/statements.js';
import { driverState } from '../driver-state.js';
import { MIGRATIONS } from '../schema/all.js';
import { createSchemaText, migrationText } from '../schema/text.js';
import { type Definition, readDefinitions } from '../sql/inspection/definitions.js';
import { schemaNamed } from '../sql/names.js';

/** Where the tables are not as migrations make them. */
export interface Difference {
  readonly kind: Definition['kind'];
  readonly name: string;
  /** `unknown`: it is there, and no migration made it. */
  readonly problem: 'missing' | 'changed' | 'unknown';
  /** As migrations make it. */
  readonly wanted: string | undefined;
  readonly found: string | undefined;
}

/** What a comparison came to; `differences` is undefined if there could be none. */
export interface Drift {
  readonly differences: readonly Difference[] | undefined;
  /** Why there could be none. */
  readonly reason: string | undefined;
}

/** Checkpoints of transactional steps may be here too: no migration makes their table (see `checkpoints.ts`). */
const BESIDES = /^checkpoints(?:\.|_|$)/;

/** What a role may not have the right to, and what a server that only reads refuses. */
const REFUSED = new Set(['42501', '25006']);

/**
 * Compares a schema with what the migrations up to a version make on the same server, in a schema beside it, in a transaction that
 * is rolled back. So there is no list of what should be to be kept, and no version of Postgres that writes a definition otherwise.
 */
export async function driftOf(driver: Driver, statements: Statements, version: number): Promise<Drift> {
  // What a function's text holds of the schema's name, however quoted, is that name again without the mark.
  const mark = `_${randomBytes(4).toString('hex')}`;
  const { schema } = statements;
  const migrations = MIGRATIONS.filter((migration) => migration.version <= version);
  let wanted: Definition[] = [];
  let found: Definition[] = [];
  try {
    const beside = schemaNamed(schema.name + mark);
    await driver.transaction(async (transaction) => {
      await transaction.exec(createSchemaText(beside));
      for (const migration of migrations) await transaction.exec(migrationText(beside, migration));
      wanted = await statements.run(transaction.query, readDefinitions, [beside.name]);
      found = await statements.run(transaction.query, readDefinitions, [schema.name]);
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) return { differences: undefined, reason: reasonOf(error) };
  }
  const unmarked = wanted.map((one) => ({ ...one, text: one.text.replaceAll(mark, '') }));
  return { differences: differences(unmarked, found), reason: undefined };
}

/** Ends a transaction that must leave nothing behind. */
class RolledBack extends Error {}

/** @throws what is no refusal. */
function reasonOf(error: unknown): string {
  const isRefused = REFUSED.has(driverState(error) ?? '');
  // A name that is nearly as long as can be leaves no room for the mark.
  const isTooLong = (error as { code?: unknown }).code === 'INVALID_OPTION';
  if (error instanceof Error && (isRefused || isTooLong)) return error.message;
  throw error;
}

/** What differs between two schemas. Of what is missing as a whole, its parts are not told too. */
export function differences(
  wanted: readonly Definition[],
  found: readonly Definition[],
): readonly Difference[] {
  const keyOf = ({ kind, name }: Definition): string => `${kind} ${name}`;
  const there = new Map(found.map((one) => [keyOf(one), one]));
  const known = new Set(wanted.map(keyOf));
  const missingTables = new Set(
    wanted.flatMap((one) => (one.kind === 'table' && !there.has(keyOf(one)) ? [one.name] : [])),
  );
  const told: Difference[] = [];
  for (const one of wanted) {
    const { kind, name, text } = one;
    const found = there.get(keyOf(one))?.text;
    if (found === text || (kind !== 'table' && missingTables.has(tableOf(one)))) continue;
    told.push({ kind, name, problem: found === undefined ? 'missing' : 'changed', wanted: text, found });
  }
  for (const one of found) {
    const { kind, name, text } = one;
    if (known.has(keyOf(one)) || BESIDES.test(name)) continue;
    told.push({ kind, name, problem: 'unknown', wanted: undefined, found: text });
  }
  return told;
}

function tableOf({ kind, name, text }: Definition): string {
  if (kind === 'index') return / ON (?:ONLY )?"?(\w+)/.exec(text)?.[1] ?? '';
  return name.slice(0, Math.max(0, name.indexOf('.')));
}
