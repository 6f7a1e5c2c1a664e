import type {
  EventAnswer,
  EventQuestion,
  MailOfRun,
  MailStore,
  MessageQuestion,
  StoredStreamValue,
  StreamAnswer,
  StreamQuestion,
  WaitingMessage,
} from '@holdfast/core/internal';
import { readEvents } from '../sql/events/read.js';
import { readUnreceived } from '../sql/messages/unreceived.js';
import { readRunMail } from '../sql/run-mail/read.js';
import type { Statement } from '../sql/statement.js';
import { readStreams } from '../sql/streams/read.js';

/** Runs a statement of one parameter. */
type Ask = <Result>(statement: Statement<[string], Result>, values: [string]) => Promise<Result[]>;

/** The largest position there can be. */
const LAST_POSITION = 2 ** 31 - 1;

/** Reads what runs are sent and what they show: each method is one statement, for all its questions. */
export class PostgresMail implements MailStore {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async messages(questions: readonly MessageQuestion[]): Promise<readonly (readonly WaitingMessage[])[]> {
    const asked = questions.map(({ runId, channel, afterId, limit }, at) => ({
      at,
      run_id: runId,
      channel,
      after: afterId ?? undefined,
      most: limit,
    }));
    const answers: WaitingMessage[][] = questions.map(() => []);
    for (const { at, message } of await this.#ask(readUnreceived, [JSON.stringify(asked)])) {
      answers[at]!.push(message);
    }
    return answers;
  }

  async ofRun(runId: string): Promise<MailOfRun> {
    const rows = await this.#ask(readRunMail, [runId]);
    return {
      events: rows.flatMap((row) => (row.kind === 'events' ? [row.one] : [])),
      streams: rows.flatMap((row) => (row.kind === 'streams' ? [row.one] : [])),
      unreceived: rows.flatMap((row) => (row.kind === 'unreceived' ? [row.one] : [])),
    };
  }

  async events(questions: readonly EventQuestion[]): Promise<readonly EventAnswer[]> {
    const asked = questions.map(({ runId, name }, at) => ({ at, run_id: runId, name }));
    const answers: EventAnswer[] = questions.map(() => ({ run: null, value: null }));
    for (const { at, answer } of await this.#ask(readEvents, [JSON.stringify(asked)])) answers[at] = answer;
    return answers;
  }

  async streams(questions: readonly StreamQuestion[]): Promise<readonly StreamAnswer[]> {
    const asked = questions.map(({ runId, name, from, limit }, at) => ({
      at,
      run_id: runId,
      name,
      start: Math.min(from, LAST_POSITION),
      most: limit,
    }));
    const rows = await this.#ask(readStreams, [JSON.stringify(asked)]);
    const values: StoredStreamValue[][] = questions.map(() => []);
    const answers: StreamAnswer[] = questions.map((_, at) => ({
      run: null,
      isClosed: false,
      values: values[at]!,
    }));
    for (const { at, run, isClosed, value } of rows) {
      answers[at] = { run, isClosed, values: values[at]! };
      if (value) values[at]!.push(value);
    }
    return answers;
  }
}
