import type { Payload } from '../replay/index.js';
import {
  type EventAnswer,
  type EventQuestion,
  type Fork,
  isFinal,
  type MailOfRun,
  type MailStore,
  type MessageQuestion,
  type StepRecord,
  type StreamAnswer,
  type StreamQuestion,
  type WaitingMessage,
} from '../store/index.js';
import type { Tables } from './tables.js';

interface MessageRow {
  readonly id: number;
  readonly channel: string;
  readonly key: string | null;
  readonly value: Payload;
  readonly traceContext: string | null;
  receivedBy: number | null;
}

interface EventRow {
  readonly key: string | null;
  readonly value: Payload;
  readonly seq: number | null;
}

/** A stream of a run. */
export interface StreamRow {
  readonly values: EventRow[];
  isClosed: boolean;
}

/** What runs were sent and what they show. */
export class MailTables {
  readonly #messages = new Map<string, MessageRow[]>();
  readonly #events = new Map<string, EventRow[]>();
  readonly #streams = new Map<string, StreamRow>();
  #lastId = 0;

  /** Whether a run was sent a message with this key. */
  hasMessage(runId: string, key: string): boolean {
    return this.#messages.get(runId)?.some((message) => message.key === key) ?? false;
  }

  addMessage(runId: string, message: Omit<MessageRow, 'id' | 'receivedBy'>): void {
    const messages = this.#messages.get(runId) ?? [];
    messages.push({ ...message, id: ++this.#lastId, receivedBy: null });
    this.#messages.set(runId, messages);
  }

  receive(runId: string, messageId: string, seq: number): void {
    const message = this.#messages.get(runId)?.find(({ id }) => String(id) === messageId);
    if (message) message.receivedBy ??= seq;
  }

  /** Deletes what a run was sent and what it showed. */
  remove(runId: string): void {
    this.#messages.delete(runId);
    for (const shown of [this.#events, this.#streams]) {
      for (const name of shown.keys()) if ((JSON.parse(name) as string[])[0] === runId) shown.delete(name);
    }
  }

  /** Shows in a fork what its calls showed in the run it was forked from. */
  copyBefore({ of, id, fromSeq }: Fork, steps: readonly StepRecord[]): void {
    const ofCalls = (rows: readonly EventRow[]): EventRow[] =>
      rows.filter(({ seq }) => seq !== null && seq < fromSeq);
    for (const [key, rows] of [...this.#events]) {
      const [runId, name] = JSON.parse(key) as [string, string];
      if (runId === of && ofCalls(rows).length > 0) this.events(id, name).push(...ofCalls(rows));
    }
    for (const [key, { values }] of [...this.#streams]) {
      const [runId, name] = JSON.parse(key) as [string, string];
      if (runId !== of) continue;
      const stream = this.stream(id, name);
      stream.values.push(...ofCalls(values));
      stream.isClosed = steps.some((step) => step.kind === 'close' && step.name === name && step.output);
    }
  }

  waiting({ runId, channel, afterId, limit }: MessageQuestion): readonly WaitingMessage[] {
    const after = afterId === null ? 0 : Number(afterId);
    const messages = (this.#messages.get(runId) ?? []).filter(
      (message) => message.channel === channel && message.receivedBy === null && message.id > after,
    );
    return messages
      .slice(0, limit)
      .map(({ id, value, traceContext }) => Object.freeze({ id: String(id), value, traceContext }));
  }

  /** What there is of a run, by name. */
  ofRun(runId: string): MailOfRun {
    const events = named(this.#events, runId).flatMap(([name, rows]) => {
      const value = rows.at(-1)?.value;
      return value ? [Object.freeze({ name, value })] : [];
    });
    const streams = named(this.#streams, runId).flatMap(([name, { values, isClosed }]) =>
      values.length > 0 || isClosed ? [Object.freeze({ name, length: values.length, isClosed })] : [],
    );
    const waiting = new Map<string, number>();
    for (const { channel, receivedBy } of this.#messages.get(runId) ?? []) {
      if (receivedBy === null) waiting.set(channel, (waiting.get(channel) ?? 0) + 1);
    }
    const unreceived = byName(waiting).map(([channel, messages]) => Object.freeze({ channel, messages }));
    return Object.freeze({ events, streams, unreceived });
  }

  events(runId: string, name: string): EventRow[] {
    return listIn(this.#events, nameOf(runId, name), () => []);
  }

  stream(runId: string, name: string): StreamRow {
    return listIn(this.#streams, nameOf(runId, name), () => ({ values: [], isClosed: false }));
  }
}

/** The reading side of it. `ask` does something at one moment. */
export function memoryMail(ask: <T>(work: (tables: Tables, mail: MailTables) => T) => Promise<T>): MailStore {
  return {
    messages: (questions: readonly MessageQuestion[]) =>
      ask((_, mail) => questions.map((question) => mail.waiting(question))),
    events: (questions: readonly EventQuestion[]) =>
      ask((tables, mail) =>
        questions.map(
          ({ runId, name }): EventAnswer => ({
            run: standingOf(tables, runId),
            value: mail.events(runId, name).at(-1)?.value ?? null,
          }),
        ),
      ),
    streams: (questions: readonly StreamQuestion[]) =>
      ask((tables, mail) => questions.map((question) => pageOf(tables, mail, question))),
    ofRun: (runId) => ask((_, mail) => mail.ofRun(runId)),
  };
}

function pageOf(tables: Tables, mail: MailTables, question: StreamQuestion): StreamAnswer {
  const { runId, name, from, limit } = question;
  const { values, isClosed } = mail.stream(runId, name);
  const page = values.slice(from, from + limit);
  return {
    run: standingOf(tables, runId),
    isClosed,
    values: page.map(({ value }, index) => ({ position: from + index, value })),
  };
}

function standingOf(tables: Tables, runId: string): 'open' | 'ended' | null {
  const run = tables.run(runId);
  if (!run) return null;
  return isFinal(run.state) ? 'ended' : 'open';
}

/** What there is of a run under any name. */
function named<T>(map: ReadonlyMap<string, T>, runId: string): [name: string, value: T][] {
  return byName(
    [...map].flatMap(([key, value]): [string, T][] => {
      const [id, name] = JSON.parse(key) as [string, string];
      return id === runId ? [[name, value]] : [];
    }),
  );
}

/** In the order of bytes, as a database has it. */
function byName<T>(entries: Iterable<[name: string, value: T]>): [name: string, value: T][] {
  return [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function nameOf(runId: string, name: string): string {
  return JSON.stringify([runId, name]);
}

function listIn<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
