import type { Codec } from '../codec/index.js';
import { checkName, checkRunId, timeoutMs } from '../define/index.js';
import { type Engine, encodeTags, idConflict, runNotFound, seenFork } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { forkCut, replacedSeqs, retryCut } from '../replay/index.js';
import { isFinal, type Retry, type RunRecord } from '../store/index.js';
import type { Duration } from '../time/index.js';
import { type Done, eachRun, type NotDone } from './each-run.js';
import { type RunHandle, runHandle } from './handle.js';
import { refuseInRun } from './in-run.js';

/** How a run is forked. */
export interface ForkOptions {
  /**
   * The first call that the fork makes anew: its number, or its name (the first of that name). Default: the first call
   * that was undone, or else the failed one, or else all that is recorded is taken over.
   */
  readonly fromStep?: number | string;
  /** Results in place of those recorded, by the name or the number of the call; of a start, the id of another run. */
  readonly outputs?: Readonly<Record<string | number, unknown>>;
  /** The version to run on. Default: that of the run. */
  readonly version?: string;
  /** The fork's id. The same id twice is the same fork. Default: a random UUID. */
  readonly id?: string;
  /** A queue that it waits in. Default: none. */
  readonly queue?: string;
  /** Its tags, in place of those of the run. */
  readonly tags?: Readonly<Record<string, unknown>>;
  /** How long it may take, from when it is first taken up; then it is cancelled. Default: no limit. */
  readonly timeout?: Duration;
}

/** What became of the fork of one of several runs, by the id of that run. */
export type Forked<Result = unknown> =
  | { readonly id: string; readonly done: true; readonly handle: RunHandle<Result> }
  | NotDone;

/** Mending runs. Not to be called in a run's own code, but in a step. */
export interface Repairing {
  /**
   * Starts a new run that goes on from a call of another, whatever state that is in: with its input and tags, and with the
   * results, events and stream values of all calls before. The other run stays as it is. Values of `now()`, `uuid()` and
   * `random()` are the same up to there.
   *
   * @throws HoldfastError RUN_NOT_FOUND, RUN_ID_CONFLICT, INVALID_OPTION, INVALID_ID, INVALID_NAME, INVALID_DURATION,
   * UNKNOWN_QUEUE, UNRECORDABLE_VALUE;
   * WRONG_CONTEXT in a run's own code.
   * @example await app.runs.fork('order-42', { fromStep: 'record order', outputs: { 'charge card': payment } });
   */
  fork<Result = unknown>(id: string, options?: ForkOptions): Promise<RunHandle<Result>>;
  /** Forks several the same way, and answers of each whether it did, or why not. @throws HoldfastError WRONG_CONTEXT. */
  fork<Result = unknown>(
    ids: readonly string[],
    options?: Omit<ForkOptions, 'id'>,
  ): Promise<readonly Forked<Result>[]>;
  /**
   * Takes up a failed, cancelled or paused run again, and makes the call anew because of which it failed; if that is a
   * child of its own, that one is taken up the same way. A run that failed by itself is only taken up. It has no time
   * limit then. One that stopped as it took back what it did goes on with that, as `resume` has it.
   *
   * @throws HoldfastError RUN_NOT_FOUND, INVALID_ID; RUN_NOT_FINISHED if it is in no such state; RUN_UNDONE if its undos
   * have run; DUPLICATE_RUN if another run has its deduplication key by now; WRONG_CONTEXT in a run's own code.
   */
  retry(id: string): Promise<void>;
  /** Retries several, and answers of each whether it did, or why not. @throws HoldfastError WRONG_CONTEXT. */
  retry(ids: readonly string[]): Promise<readonly Done[]>;
}

const RETRIABLE = ['failed', 'cancelled', 'paused'];

export function repairing(engine: () => Engine, codec: Codec): Repairing {
  const forkRun = async (id: string, options: ForkOptions = {}): Promise<RunHandle> => {
    const { fromStep, outputs = {}, version, queue, tags, timeout } = options;
    const newId = options.id === undefined ? crypto.randomUUID() : checkRunId(options.id);
    if (version !== undefined) checkName(version, 'version of a fork');
    if (queue !== undefined) checkName(queue, 'queue of a fork');
    const terms = {
      version: version ?? null,
      tags: encodeTags(tags),
      queue: queue ?? null,
      timeoutMs: timeout === undefined ? null : timeoutMs(timeout, `a fork of "${id}"`),
    };
    const { store } = engine();
    await engine().checkQueue(terms.queue);
    const original = await existing(engine(), id);
    const steps = await store.steps(id);
    const names = Object.keys(outputs);
    const fromSeq = forkCut(steps, { runId: id, fromStep, outputs: names });
    const replaced = [...replacedSeqs(steps, id, names)].map(([name, seq]) => ({
      seq,
      value: codec.encode(outputs[name], `the result of "${name}"`),
    }));
    const fork = {
      of: id,
      id: newId,
      key: crypto.randomUUID(),
      ...terms,
      fromSeq,
      replaced,
      traceContext: null,
    };
    const outcome = await seenFork(engine(), original, fork);
    if (outcome === 'missing') throw runNotFound(id);
    if (outcome === 'exists') await expectFork(engine(), newId, id);
    engine().offerWork();
    return runHandle(newId, engine(), codec);
  };
  const retryRun = async (id: string): Promise<Done> => {
    checkRunId(id);
    if (await resumeUnwinding(engine(), id)) return { id, done: true };
    const retries = await planRetries(engine(), id);
    if (!(await engine().store.repair.retry(retries))) throw notRetriable(await existing(engine(), id));
    engine().offerWork();
    return { id, done: true };
  };
  return {
    fork: (async (ids: string | readonly string[], options?: ForkOptions): Promise<unknown> => {
      refuseInRun('fork');
      if (!Array.isArray(ids)) return forkRun(ids as string, options);
      if (options?.id !== undefined) throw oneIdForAll(options.id);
      return eachRun(
        ids as readonly string[],
        async (id) => ({ id, done: true, handle: await forkRun(id, options) }) as const,
      );
    }) as Repairing['fork'],
    retry: (async (ids: string | readonly string[]): Promise<unknown> => {
      refuseInRun('retry');
      if (Array.isArray(ids)) return eachRun(ids as readonly string[], retryRun);
      await retryRun(ids as string);
      return undefined;
    }) as Repairing['retry'],
  };
}

/** A run that stopped as it took back what it did has nothing else to make anew: it goes on with that. */
async function resumeUnwinding(engine: Engine, id: string): Promise<boolean> {
  const { isUnwinding } = await existing(engine, id);
  if (!isUnwinding || !(await engine.store.resume(id))) return false;
  engine.offerWork();
  return true;
}

/** What is to be done to a run and, as far as it failed because of them, to those below it. */
async function planRetries(engine: Engine, id: string): Promise<readonly Retry[]> {
  const retries: Retry[] = [];
  for (let next: string | undefined = id; next !== undefined; ) {
    const run: RunRecord = await existing(engine, next);
    if (!RETRIABLE.includes(run.state)) throw notRetriable(run);
    const steps = await engine.store.steps(next);
    if (run.isUnwinding || steps.some(({ kind }) => kind === 'undo')) throw undone(next);
    const cut = retryCut(steps, run.error);
    retries.push({ runId: next, epoch: run.epoch, fromOrdinal: cut?.ordinal ?? null });
    next = cut && cut.kind === 'child' ? await failedChild(engine, next, cut.childId) : undefined;
  }
  return retries;
}

/** What was taken back cannot be gone on with, unless it is with taking it back. @throws HoldfastError RUN_UNDONE. */
export async function refuseUndone({ store }: Engine, id: string): Promise<void> {
  const run = await store.run(id);
  if (!run || !isFinal(run.state) || run.isUnwinding) return;
  if ((await store.steps(id)).some(({ kind }) => kind === 'undo')) throw undone(id);
}

async function failedChild(engine: Engine, parentId: string, id: string | null): Promise<string | undefined> {
  const child = id === null ? undefined : await engine.store.run(id);
  return child?.parentId === parentId && RETRIABLE.includes(child.state) ? child.id : undefined;
}

async function existing(engine: Engine, id: string): Promise<RunRecord> {
  checkRunId(id);
  const run = await engine.store.run(id);
  if (run) return run;
  throw runNotFound(id);
}

async function expectFork(engine: Engine, id: string, of: string): Promise<void> {
  const { forkedFrom, workflow } = await existing(engine, id);
  if (forkedFrom !== of) throw idConflict(id, workflow);
}

function notRetriable({ id, state }: RunRecord): HoldfastError {
  return new HoldfastError(
    'RUN_NOT_FINISHED',
    `Run "${id}" is ${state}; only one that is failed, cancelled or paused can be retried, and nobody else at the same moment.`,
    { details: { runId: id, state } },
  );
}

function oneIdForAll(id: string): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    `Several runs were to be forked, all with the id "${id}". Leave the id out, or fork them one by one.`,
    { details: { option: 'id' } },
  );
}

function undone(id: string): HoldfastError {
  return new HoldfastError(
    'RUN_UNDONE',
    `What run "${id}" did was taken back by its undos, so it cannot go on. app.runs.fork("${id}") does it anew.`,
    { details: { runId: id } },
  );
}
