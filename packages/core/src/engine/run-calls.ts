import type {
  ChildCall,
  DebounceCall,
  Mail,
  RunMail,
  RunScope,
  StepCall,
  TransactionCall,
} from '../define/index.js';
import type { CallTaker } from './call-taker.js';
import { awaitOutcome, beginChild, startOnly } from './child-call.js';
import { performDebounce } from './debounce-call.js';
import { RecordedMail } from './recorded-mail.js';
import { settle } from './settle.js';
import { performStep } from './step-call.js';
import { performTransaction } from './transaction-call.js';
import { undoOfStep, undoOfTransaction } from './undo-call.js';

/** The calls that a workflow makes. */
export class RunCalls implements RunScope {
  readonly #run: CallTaker;
  #mail: RunMail | undefined;

  constructor(run: CallTaker) {
    this.#run = run;
  }

  get mail(): RunMail {
    this.#mail ??= new RecordedMail(this.#run);
    return this.#mail;
  }

  get plainMail(): Mail {
    return this.#run.host.post;
  }

  get info(): RunScope['info'] {
    const { id, workflow, version, epoch, deadlineMs } = this.#run.run;
    return { id, workflow, version, epoch, deadline: deadlineMs === null ? undefined : new Date(deadlineMs) };
  }

  get store(): object {
    return this.#run.host.deps.store;
  }

  step(call: StepCall): Promise<unknown> {
    return this.#run.call(
      'step',
      call.name,
      (open, begun) => performStep(this.#run, open, call, begun),
      undoOfStep(call),
    );
  }

  transaction(call: TransactionCall): Promise<unknown> {
    return this.#run.call(
      'transaction',
      call.name,
      (open, begun) => performTransaction(this.#run, open, call, begun),
      undoOfTransaction(call),
    );
  }

  sleep(ms: number): Promise<void> {
    const untilMs = Math.floor(this.#run.logicalNowMs + ms);
    return this.#run.call('sleep', 'sleep', async (open) => {
      await this.#run.waitUntil(open, untilMs);
      await this.#run.record(
        open,
        settle(this.#run.host.deps.codec, { ok: true, value: undefined }, 'sleep'),
      );
    }) as Promise<void>;
  }

  start(call: ChildCall): Promise<string> {
    return this.#run.call('start', call.workflow.name, (open) =>
      startOnly(this.#run, open, call),
    ) as Promise<string>;
  }

  startMany(calls: readonly ChildCall[]): Promise<readonly string[]> {
    let checked: Promise<unknown> | undefined;
    const { host } = this.#run;
    const check = (): Promise<unknown> => {
      checked ??= Promise.all(calls.map((call) => host.newRun({ ...call, parentId: null })));
      return checked;
    };
    const started = calls.map((call) =>
      this.#run.call('start', call.workflow.name, (open) => startOnly(this.#run, open, call, check)),
    );
    return Promise.all(started) as Promise<readonly string[]>;
  }

  debounce(call: DebounceCall): Promise<string> {
    return this.#run.call('debounce', call.workflow.name, (open) =>
      performDebounce(this.#run, open, call),
    ) as Promise<string>;
  }

  result(runId: string, timeoutMs?: number): Promise<unknown> {
    const limit =
      timeoutMs === undefined
        ? undefined
        : { timeoutMs, untilMs: Math.floor(this.#run.logicalNowMs + timeoutMs) };
    return this.#run.call('result', runId, (open) => awaitOutcome(this.#run, open, runId, limit));
  }

  child(call: ChildCall): Promise<unknown> {
    return this.#run.call('child', call.workflow.name, (open, begun) =>
      beginChild(this.#run, open, call, begun),
    );
  }

  async patch(name: string): Promise<boolean> {
    if (this.#run.history.patch(name) === 'passed') return false;
    return (await this.#mark(name)) as boolean;
  }

  async retirePatch(name: string): Promise<void> {
    if (this.#run.history.patch(name) === 'marked') await this.#mark(name);
  }

  #mark(name: string): Promise<unknown> {
    return this.#run.call('patch', name, (open) =>
      this.#run.record(open, settle(this.#run.host.deps.codec, { ok: true, value: true }, 'a patch')),
    );
  }

  now(): number {
    return this.#run.logicalNowMs;
  }

  uuid(): string {
    return this.#run.derived.uuid();
  }

  random(): number {
    return this.#run.derived.random();
  }
}
