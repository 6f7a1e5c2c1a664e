import type { StoreListener } from '@holdfast/core/internal';
import { expect, test, vi } from 'vitest';
import type { Driver, NamedText, Session } from '../driver/driver.js';
import { Statements } from '../driver/statements.js';
import { schemaNamed } from '../sql/names.js';
import { Presence } from './presence.js';

const LISTENER: StoreListener = {
  signal: () => undefined,
  peerLost: () => undefined,
  missedSignals: () => undefined,
};

/** A session that answers whatever is asked, and that only its client ends. */
class TestSession implements Session {
  readonly namedPid = 1;
  readonly over: Promise<void>;
  isOver = false;
  #end!: () => void;
  readonly #answering: (statement: NamedText) => Promise<void>;

  constructor(answering: (statement: NamedText) => Promise<void>) {
    this.#answering = answering;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  readonly query = async (statement: NamedText) => {
    await this.#answering(statement);
    return /find_neighbour/.test(statement.name ?? '') ? [] : [{ pid: 1, started_at: 'then', locked: 1 }];
  };

  exec(): Promise<void> {
    return this.over;
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.#end();
  }
}

/** The presence of a process whose sessions answer as a test says. */
function presence(answering: (statement: NamedText) => Promise<void>) {
  const sessions: TestSession[] = [];
  const openSession = async (): Promise<Session> => {
    const session = new TestSession(answering);
    sessions.push(session);
    return session;
  };
  const driver = { openSession, query: async () => [] } as unknown as Driver;
  return { presence: new Presence(driver, new Statements(schemaNamed('holdfast'))), sessions };
}

/** Lets the statements that a pattern matches wait, once they are told to. */
function held(match: RegExp) {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const state = { holds: true, reached: false };
  const answering = async ({ name }: NamedText): Promise<void> => {
    if (!state.holds || !match.test(name ?? '')) return;
    state.reached = true;
    await opened;
  };
  return { state, open, answering };
}

test.each([/read_backend/, /free_of_time_limits/, /try_lock/, /attend_executor/])(
  'who signs on while the store closes leaves no session open (%s)',
  async (match) => {
    const { state, open, answering } = held(match);
    const { presence: here, sessions } = presence(answering);
    const attending = here.attend('executor', LISTENER);
    await vi.waitUntil(() => state.reached);
    await here.close();
    open();
    expect((await attending).hears).toBe(false);
    expect(sessions.map(({ isOver }) => isOver)).toEqual(sessions.map(() => true));
  },
);

test('a visitor that comes while the store closes leaves no session open', async () => {
  const { state, open, answering } = held(/listen/);
  const { presence: here, sessions } = presence(answering);
  const listening = here.listen(LISTENER);
  await vi.waitUntil(() => state.reached);
  await here.close();
  open();
  expect((await listening).hears).toBe(false);
  expect(sessions.map(({ isOver }) => isOver)).toEqual([true]);
});

test.each([/read_backend/, /listen/, /free_of_time_limits/])(
  'a session that was lost does not come back to a store that closes meanwhile (%s)',
  async (match) => {
    const { state, open, answering } = held(match);
    const { presence: here, sessions } = presence(answering);
    state.holds = false;
    await here.listen(LISTENER);
    state.holds = true;
    await sessions[0]!.end();
    await vi.waitUntil(() => state.reached);
    await here.close();
    open();
    await vi.waitUntil(() => sessions[1]!.isOver);
    expect(sessions).toHaveLength(2);
  },
);
