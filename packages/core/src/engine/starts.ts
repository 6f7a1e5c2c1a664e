import type { DebounceCall } from '../define/index.js';
import type { OfferedWorkflow } from '../store/index.js';
import { takenId } from './debounce-call.js';
import { debounceSurely, unclaimed } from './debouncer.js';
import type { EngineDeps } from './deps.js';
import type { Executor } from './executor.js';
import { offeredSurely } from './offered.js';
import { idConflict, shutDown } from './run-errors.js';
import { joinedRun } from './start-answer.js';
import type { StartRequest, Workflows } from './workflows.js';

/** The parts that starts are made with. */
export interface StartsParts {
  readonly workflows: Workflows;
  readonly executor: Executor;
  /** Whether the app is shut down, or is being shut down. */
  readonly isClosing: () => boolean;
  /** Aborted when it stops dead. */
  readonly halted: AbortSignal;
}

/** What brings runs into being from outside of runs, and changes those that nobody has begun. */
export class Starts {
  readonly #deps: EngineDeps;
  readonly #workflows: Workflows;
  readonly #executor: Executor;
  readonly #isClosing: () => boolean;
  readonly #halted: AbortSignal;

  constructor(deps: EngineDeps, { workflows, executor, isClosing, halted }: StartsParts) {
    this.#deps = deps;
    this.#workflows = workflows;
    this.#executor = executor;
    this.#isClosing = isClosing;
    this.#halted = halted;
  }

  /**
   * Records a run, and begins it here if there is room. Answers its id, or that of the run it joins.
   *
   * @throws HoldfastError DUPLICATE_RUN, RUN_ID_CONFLICT, and those of a start that is not valid.
   */
  async start(request: StartRequest): Promise<string> {
    this.#checkOpen();
    const run = await this.#workflows.newRun(request);
    this.#checkOpen();
    const answer = await this.#executor.start(run);
    if (answer.kind === 'duplicate') return joinedRun(request, answer);
    if (answer.kind === 'exists') await this.#sameWorkflows([run]);
    return run.id;
  }

  /**
   * Records runs, in their order and together, and begins those here that there is room for. Answers their ids, or of
   * runs they join.
   *
   * @throws HoldfastError as {@link start} does, before anything is written; RUN_ID_CONFLICT once the others are started.
   */
  async startMany(requests: readonly StartRequest[]): Promise<readonly string[]> {
    this.#checkOpen();
    const runs = await Promise.all(requests.map((request) => this.#workflows.newRun(request)));
    this.#checkOpen();
    const answers = await Promise.allSettled(runs.map((run) => this.#executor.start(run, true)));
    const existing: { readonly id: string; readonly workflow: string }[] = [];
    const ids = answers.map((answer, index) => {
      if (answer.status === 'rejected') throw answer.reason;
      if (answer.value.kind === 'duplicate') return joinedRun(requests[index]!, answer.value);
      if (answer.value.kind === 'exists') existing.push(runs[index]!);
      return runs[index]!.id;
    });
    await this.#sameWorkflows(existing);
    return ids;
  }

  /** What live executors say of a workflow, in this version unless it is null. */
  offered(workflow: string, version: string | null): Promise<OfferedWorkflow | undefined> {
    this.#checkOpen();
    return offeredSurely(this.#deps, workflow, version, this.#halted);
  }

  /** Has a run wait for further calls of a debounce, or puts off the one that waits. Answers its id. */
  async debounce(call: DebounceCall): Promise<string> {
    this.#checkOpen();
    const run = unclaimed(await this.#workflows.newRun({ ...call, parentId: null }));
    const request = { run, maxMs: call.maxMs, call: null };
    const outcome = await debounceSurely(this.#deps, request, this.#halted);
    if (outcome.kind === 'lost') throw new Error('a debounce that no run called was lost');
    if (outcome.kind === 'exists') return takenId(call, run.id, outcome);
    this.#executor.offer(outcome.dueInMs);
    return outcome.runId;
  }

  /** Makes a run that nobody has begun due so many milliseconds from now, or at a moment. False if it is too late. */
  async setDelay(runId: string, delay: number | Date): Promise<boolean> {
    const dueAtMs = delay instanceof Date ? delay.getTime() : Math.ceil(this.#deps.clock.now() + delay);
    const isChanged = await this.#deps.store.pending.setDue(runId, dueAtMs);
    // It may be due earlier than those who wait for it believe.
    if (isChanged) this.#executor.offer(0);
    return isChanged;
  }

  /** A start whose id was taken is that run, if it is of the same workflow. */
  async #sameWorkflows(runs: readonly { readonly id: string; readonly workflow: string }[]): Promise<void> {
    if (runs.length === 0) return;
    const workflows = new Map(runs.map(({ id, workflow }) => [id, workflow]));
    for (const { id, workflow } of await this.#deps.store.statuses([...workflows.keys()])) {
      if (workflow !== workflows.get(id)) throw idConflict(id, workflow);
    }
  }

  #checkOpen(): void {
    if (this.#isClosing()) throw shutDown();
  }
}
