import type {
  RegisteredAdapter,
  Registry,
  RunSql,
  StoreLocation,
  TransactionalAdvance,
  TransactionalStart,
  TransactionalStartOutcome,
} from '../define/index.js';
import { type Engine, idConflict, joinedRun, type StartRequest, seenStart } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';

/**
 * Starts a run inside a user's open transaction: it exists, and others hear of it, exactly when that commits. Answers
 * its id, or that of the run it joins.
 *
 * @throws HoldfastError ADAPTER_UNKNOWN_TRANSACTION, WITHIN_OTHER_DATABASE, RUN_ID_CONFLICT, DUPLICATE_RUN, and those of a start.
 */
export async function startWithin(
  tx: unknown,
  engine: Engine,
  registry: Registry,
  request: StartRequest,
): Promise<string> {
  const { adapter, checkpoints, location, sql } = openTransaction(tx, engine, registry);
  const run = await engine.workflows.newRun(request);
  const { id, workflow } = run;
  const record = ({ input, parentId: _, ...seen }: typeof run): Promise<TransactionalStartOutcome> => {
    const start: TransactionalStart = { ...seen, input: input.json, inputExtra: input.extra };
    return checkpoints.start(sql, location, start);
  };
  const outcome = await seenStart(engine, run, record, ({ kind }) => kind !== 'written');
  if (outcome.kind === 'elsewhere') throw otherDatabase(adapter.name);
  if (outcome.kind === 'duplicate') return joinedRun(request, outcome);
  if (outcome.kind === 'exists' && outcome.workflow !== workflow) throw idConflict(id, outcome.workflow);
  return id;
}

/**
 * Moves a reader of a log on inside a user's open transaction. False if it does not stand where it was believed to.
 *
 * @throws HoldfastError ADAPTER_UNKNOWN_TRANSACTION, WITHIN_OTHER_DATABASE.
 */
export async function advanceWithin(
  tx: unknown,
  engine: Engine,
  registry: Registry,
  advance: TransactionalAdvance,
): Promise<boolean> {
  const { adapter, checkpoints, location, sql } = openTransaction(tx, engine, registry);
  const outcome = await checkpoints.advance(sql, location, advance);
  if (outcome === 'elsewhere') throw otherDatabase(adapter.name);
  return outcome === 'advanced';
}

/** A user's transaction, and what is needed to write Holdfast's own rows in it. */
interface OpenTransaction extends RegisteredAdapter {
  readonly location: StoreLocation;
  readonly sql: RunSql;
}

function openTransaction(tx: unknown, { store }: Engine, registry: Registry): OpenTransaction {
  const found = registry.adapters().find(({ adapter }) => adapter.owns(tx));
  if (!found) throw unknownTransaction();
  const { location } = store;
  if (!location) throw otherDatabase(found.adapter.name);
  return { ...found, location, sql: (text, values) => found.adapter.run(tx, text, values) };
}

function unknownTransaction(): HoldfastError {
  return new HoldfastError(
    'ADAPTER_UNKNOWN_TRANSACTION',
    'app.within(tx) was given something that is no open transaction of a known library. Give it the handle that the ' +
      'library passes to your transaction callback, after making steps of that library (drizzleSteps(db), for example).',
  );
}

function otherDatabase(adapter: string): HoldfastError {
  return new HoldfastError(
    'WITHIN_OTHER_DATABASE',
    `app.within(tx) was given a ${adapter} transaction on a database that is not this app's store, so the two cannot ` +
      'commit together. Point both at one database, or start the run with app.start after the commit.',
  );
}
