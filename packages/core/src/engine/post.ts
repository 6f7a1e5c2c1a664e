import type {
  CloseCall,
  GetCall,
  Mail,
  MailDefinition,
  ReadCall,
  SendCall,
  ShowCall,
  StandardResult,
  StreamEntry,
} from '../define/index.js';
import type { Payload } from '../replay/index.js';
import type {
  EntryOutcome,
  EventAnswer,
  EventQuestion,
  MailEntry,
  MessageQuestion,
  StreamAnswer,
  StreamQuestion,
  WaitingMessage,
} from '../store/index.js';
import type { Announcer } from './announcer.js';
import type { Committer } from './committer.js';
import type { EngineDeps } from './deps.js';
import { judgeEvent } from './event-answer.js';
import { accepted } from './input.js';
import { Lookout } from './lookout.js';
import { obstacle, timedOut } from './mail-errors.js';
import { nextValue } from './stream-pages.js';
import { sentIn } from './trace-context.js';
import type { Waker } from './waker.js';
import { watchFor } from './watching.js';

/** Pauses between looks in case no word comes, in milliseconds: where signals arrive, and where they do not. */
const RARELY = { hearing: { firstMs: 250, longestMs: 5000 }, deaf: { firstMs: 20, longestMs: 500 } };
/** Who reads a stream wants it now. */
const OFTEN = { hearing: { firstMs: 250, longestMs: 1000 }, deaf: { firstMs: 20, longestMs: 250 } };

export interface PostParts {
  readonly committer: Committer;
  readonly announcer: Announcer;
  /** Says that there is a run to be claimed. */
  readonly offerWork: () => void;
  /** Brings parked runs the news that they wait for. */
  readonly waker: Waker;
}

/**
 * Messages, events and streams, past any journal: what steps' bodies and callers outside do with them. It also knows who
 * of this process waits for what, runs among them, and tells those who wait in other processes.
 */
export class Post implements Mail {
  readonly messages: Lookout<MessageQuestion, readonly WaitingMessage[]>;
  readonly events: Lookout<EventQuestion, EventAnswer>;
  readonly streams: Lookout<StreamQuestion, StreamAnswer>;
  readonly #deps: EngineDeps;
  readonly #parts: PostParts;

  constructor(deps: EngineDeps, parts: PostParts) {
    const { store } = deps;
    this.#deps = deps;
    this.#parts = parts;
    this.messages = new Lookout(deps, (asked) => store.mail.messages(asked), RARELY);
    this.events = new Lookout(deps, (asked) => store.mail.events(asked), RARELY);
    this.streams = new Lookout(deps, (asked) => store.mail.streams(asked), OFTEN);
  }

  async send({ definition, runId, value, key = this.#deps.newId() }: SendCall): Promise<void> {
    const { name: channel } = definition;
    const encoded = this.encode(definition, value);
    const payload = encoded instanceof Promise ? await encoded : encoded;
    const traceContext = sentIn(this.#deps, { runId, channel });
    const message = { op: 'send', step: null, runId, channel, key, value: payload, traceContext } as const;
    return this.#deliver(definition, message);
  }

  set(call: ShowCall): Promise<void> {
    return this.#show('set', call);
  }

  write(call: ShowCall): Promise<void> {
    return this.#show('write', call);
  }

  close({ definition, runId, origin }: CloseCall): Promise<void> {
    const { name } = definition;
    return this.#deliver(definition, { op: 'close', step: null, runId, epoch: origin?.epoch ?? null, name });
  }

  async get({ definition, runId, timeoutMs, signal }: GetCall): Promise<unknown> {
    const { name } = definition;
    const value = await watchFor(this.events, this.#deps, {
      runId,
      question: () => ({ runId, name }),
      judge: (answer) => judgeEvent(name, runId, answer),
      untilMs: this.#untilMs(timeoutMs),
      timedOut: () => timedOut(definition, runId, timeoutMs),
      isPunctual: true,
      signal,
    });
    return this.#deps.codec.decode(value);
  }

  async next({ cursor, signal, abandoned }: ReadCall): Promise<StreamEntry | undefined> {
    const found = await nextValue(this.streams, this.#deps, cursor, {
      untilMs: this.#untilMs(cursor.timeoutMs),
      isPunctual: true,
      signal,
      abandoned,
    });
    return found && { position: found.position, value: this.#deps.codec.decode(found.value) };
  }

  /**
   * A value as it is stored. At once unless a schema takes its time: calls that a program does not wait for must be made
   * in their order.
   *
   * @throws HoldfastError INVALID_INPUT, UNRECORDABLE_VALUE.
   */
  encode({ kind, name, schema }: MailDefinition, value: unknown): Payload | Promise<Payload> {
    const { codec } = this.#deps;
    const what = `value for ${kind} "${name}"`;
    if (!schema) return codec.encode(value, `the ${what}`);
    const finish = (result: StandardResult<unknown>): Payload =>
      codec.encode(accepted(result, what, { [kind]: name }), `the ${what}`);
    const result = schema['~standard'].validate(value);
    return result instanceof Promise ? result.then(finish) : finish(result);
  }

  /** An entry was written: those who wait for what it brings are told. */
  told(entry: MailEntry, outcome: EntryOutcome): void {
    if (outcome.kind !== 'written' || entry.op === 'receive') return;
    const runIds = [entry.runId];
    const { announcer, offerWork, waker } = this.#parts;
    if (outcome.isAwaited) waker.soon();
    switch (entry.op) {
      case 'send':
        if (outcome.wakes) offerWork();
        this.messages.heard(runIds);
        return announcer.say({ kind: 'message', runIds });
      case 'set':
        this.events.heard(runIds);
        return announcer.say({ kind: 'event', runIds });
      case 'write':
      case 'close':
        this.streams.heard(runIds);
        return announcer.say({ kind: 'stream', runIds });
    }
  }

  /** These runs have ended: who waits for something of them waits in vain. */
  ended(runIds: readonly string[]): void {
    this.events.heard(runIds);
    this.streams.heard(runIds);
  }

  /** Anything may have happened. */
  missed(): void {
    for (const lookout of this.#lookouts) lookout.heard();
  }

  set hears(hears: boolean) {
    for (const lookout of this.#lookouts) lookout.hears = hears;
  }

  halt(): void {
    for (const lookout of this.#lookouts) lookout.halt();
  }

  /** Tells everybody who waits that there is no point. */
  fail(error: Error): void {
    for (const lookout of this.#lookouts) lookout.fail(error);
  }

  get #lookouts(): readonly Pick<Lookout<unknown, unknown>, 'hears' | 'heard' | 'halt' | 'fail'>[] {
    return [this.messages, this.events, this.streams];
  }

  #untilMs(timeoutMs: number | undefined): number | null {
    return timeoutMs === undefined ? null : Math.ceil(this.#deps.clock.now() + timeoutMs);
  }

  async #show(op: 'set' | 'write', { definition, runId, value, origin }: ShowCall): Promise<void> {
    const encoded = this.encode(definition, value);
    const payload = encoded instanceof Promise ? await encoded : encoded;
    return this.#deliver(definition, {
      op,
      step: null,
      runId,
      epoch: origin?.epoch ?? null,
      name: definition.name,
      value: payload,
      seq: origin?.seq ?? null,
      key: this.#deps.newId(),
    });
  }

  async #deliver(definition: MailDefinition, entry: Exclude<MailEntry, { op: 'receive' }>): Promise<void> {
    const outcome = await this.#parts.committer.submit(entry);
    const error = obstacle(definition, entry.runId, outcome);
    if (error) throw error;
    this.told(entry, outcome);
  }
}
