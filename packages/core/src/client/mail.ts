import {
  type Channel,
  checkMessageKey,
  checkRunId,
  type Event,
  MAIL,
  type Mail,
  type MailDefinition,
  type ReadOptions,
  type SendOptions,
  type Stream,
  type StreamEntry,
  StreamReader,
  timeoutOf,
  type WaitOptions,
} from '../define/index.js';
import type { Engine } from '../engine/index.js';
import { HoldfastError } from '../errors/index.js';
import { scopeOn } from './scope.js';

/** A channel, through this app. In a run's own code all of it is recorded, as by the channel itself. */
export interface AppChannel<Sent> {
  /** See {@link Channel.send}. */
  send(runId: string, value: Sent, options?: SendOptions): Promise<void>;
}

/** Events of any run, through this app. */
export interface AppEvent<Value, Given = Value> {
  /** Sets an event on behalf of a run. @throws HoldfastError RUN_NOT_FOUND, RUN_FINISHED, INVALID_INPUT, … */
  set(runId: string, value: Given): Promise<void>;
  /** See {@link Event.get}. */
  get(runId: string, options?: WaitOptions): Promise<Value>;
}

/** Streams of any run, through this app. */
export interface AppStream<Value, Written = Value> {
  /** Appends to a stream on behalf of a run. @throws HoldfastError RUN_NOT_FOUND, RUN_FINISHED, STREAM_CLOSED, … */
  write(runId: string, value: Written): Promise<void>;
  /** Closes a stream on behalf of a run. @throws HoldfastError RUN_NOT_FOUND, RUN_FINISHED. */
  close(runId: string): Promise<void>;
  /** See {@link Stream.read}. */
  read(runId: string, options?: ReadOptions): AsyncIterableIterator<Value>;
  /** See {@link Stream.readEntries}. */
  readEntries(runId: string, options?: ReadOptions): AsyncIterableIterator<StreamEntry<Value>>;
}

/** What is sent through an app. `engine` gives the launched one, or throws. */
export class AppMail {
  readonly #engine: () => Engine;

  constructor(engine: () => Engine) {
    this.#engine = engine;
  }

  channel<Sent>(channel: Channel<unknown, Sent>): AppChannel<Sent> {
    const definition = definitionOf(channel, 'channel');
    return {
      send: async (runId, value, { key } = {}) => {
        checkRunId(runId);
        if (key !== undefined) checkMessageKey(key);
        return this.#mail().send({ definition, runId, value, key });
      },
    };
  }

  event<Value, Given>(event: Event<Value, Given>): AppEvent<Value, Given> {
    const definition = definitionOf(event, 'event');
    return {
      set: async (runId, value) => {
        checkRunId(runId);
        return this.#mail().set({ definition, runId, value, origin: undefined });
      },
      get: async (runId, { timeout } = {}) => {
        checkRunId(runId);
        const timeoutMs = timeoutOf(timeout, `get of event "${definition.name}"`);
        return (await this.#mail().get({ definition, runId, timeoutMs, signal: undefined })) as Value;
      },
    };
  }

  stream<Value, Written>(stream: Stream<Value, Written>): AppStream<Value, Written> {
    const definition = definitionOf(stream, 'stream');
    const mail = (): Mail => this.#mail();
    return {
      write: async (runId, value) => {
        checkRunId(runId);
        return mail().write({ definition, runId, value, origin: undefined });
      },
      close: async (runId) => {
        checkRunId(runId);
        return mail().close({ definition, runId, origin: undefined });
      },
      read: (runId, options = {}) =>
        new StreamReader<Value>(definition, runId, options, mail, ({ value }) => value),
      readEntries: (runId, options = {}) =>
        new StreamReader<StreamEntry<Value>>(definition, runId, options, mail, (entry) => entry),
    };
  }

  #mail(): Mail {
    const engine = this.#engine();
    return scopeOn(engine.store)?.mail ?? engine.post;
  }
}

function definitionOf(value: unknown, kind: MailDefinition['kind']): MailDefinition {
  const definition = (value as { readonly [MAIL]?: MailDefinition } | null | undefined)?.[MAIL];
  if (definition?.kind === kind) return definition;
  throw new HoldfastError(
    'INVALID_OPTION',
    `app.${kind}() was given something that is no ${kind}. Make one with ${kind}('name').`,
  );
}
