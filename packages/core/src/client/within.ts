import type { Registry, RunSql, SqlAdapter, TransactionalStart } from '../define/index.js';
import { type Engine, idConflict, joinedRun, type StartRequest } from '../engine/index.js';
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
  const found = registry.adapters().find(({ adapter }) => adapter.owns(tx));
  if (!found) throw unknownTransaction();
  const { location } = engine.store;
  if (!location) throw otherDatabase(found.adapter.name);
  const { input, parentId: _, ...run } = await engine.workflows.newRun(request);
  const start: TransactionalStart = { ...run, input: input.json, inputExtra: input.extra };
  const { id, workflow } = start;
  const outcome = await found.checkpoints.start(sqlOn(found.adapter, tx), location, start);
  if (outcome.kind === 'elsewhere') throw otherDatabase(found.adapter.name);
  if (outcome.kind === 'duplicate') return joinedRun(request, outcome);
  if (outcome.kind === 'exists' && outcome.workflow !== workflow) throw idConflict(id, outcome.workflow);
  return id;
}

function sqlOn(adapter: SqlAdapter<unknown>, tx: unknown): RunSql {
  return (text, values) => adapter.run(tx, text, values);
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
