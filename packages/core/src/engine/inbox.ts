import type { MessageQuestion, WaitingMessage } from '../store/index.js';

/** How many messages of a channel are fetched at a time. */
const FETCHED = 50;

interface Slot {
  /** Fetched, and given to no call yet. */
  readonly messages: WaitingMessage[];
  /** The last one that was fetched: a message that comes later has a higher id. */
  lastId: string | null;
}

/** Messages to one run while it is in memory, in the order in which its calls get them. */
export class Inbox {
  readonly #runId: string;
  readonly #slots = new Map<string, Slot>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** What to ask the store for a call that waits for a message. */
  question(channel: string): MessageQuestion {
    return { runId: this.#runId, channel, afterId: this.#slot(channel).lastId, limit: FETCHED };
  }

  /**
   * Takes in what the store answered. Several calls that wait for one channel are all asked for in one query, so they are
   * given the same messages: each is taken in once.
   */
  add(channel: string, afterId: string | null, messages: readonly WaitingMessage[]): void {
    const slot = this.#slot(channel);
    if (slot.lastId !== afterId || messages.length === 0) return;
    slot.messages.push(...messages);
    slot.lastId = messages.at(-1)!.id;
  }

  /** The next message, which nobody else is given. */
  take(channel: string): WaitingMessage | undefined {
    return this.#slot(channel).messages.shift();
  }

  /** Puts back a message that could not be received. */
  putBack(channel: string, message: WaitingMessage): void {
    this.#slot(channel).messages.unshift(message);
  }

  #slot(channel: string): Slot {
    const slot = this.#slots.get(channel) ?? { messages: [], lastId: null };
    this.#slots.set(channel, slot);
    return slot;
  }
}
