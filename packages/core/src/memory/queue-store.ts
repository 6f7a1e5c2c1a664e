import type { QueueStore } from '../store/index.js';
import type { Queues } from './queues.js';

/** Does something with the queues, at one moment of a later turn of the event loop. */
export type AskQueues = <T>(work: (queues: Queues, nowMs: number) => T) => Promise<T>;

/** The queues of a memory store, as one handle on it has them. */
export function queueStore(ask: AskQueues): QueueStore {
  return {
    define: (queues) => ask((all) => all.define(queues)),
    list: () => ask((all, nowMs) => all.list(nowMs)),
    find: (name) => ask((all, nowMs) => all.find(name, nowMs)),
    save: (name, limits, revision) => ask((all) => all.save(name, limits, revision)),
    pause: (name, isPaused) => ask((all, nowMs) => all.pause(name, isPaused, nowMs)),
    delete: (name) => ask((all) => all.delete(name)),
  };
}
