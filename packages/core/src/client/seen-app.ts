import type { Engine, SeenApp, SeenQueue } from '../engine/index.js';
import type { QueueRecord } from '../store/index.js';
import { criteriaFrom } from './run-filter.js';

/** An app as its telemetry may ask it how things stand. */
export function seenApp(engine: Engine): SeenApp {
  const { store } = engine;
  const oldestAgeMs = async ({ name, waiting }: QueueRecord): Promise<number> => {
    if (waiting === 0) return 0;
    const criteria = criteriaFrom({ queue: name, state: 'pending' });
    const page = { criteria, order: 'oldest', after: null, limit: 1, withPayloads: false } as const;
    const [oldest] = (await store.looking.list(page)).runs;
    return oldest ? Math.max(0, engine.nowMs - oldest.createdAtMs) : 0;
  };
  return {
    get executorId() {
      return engine.executorId;
    },
    get held() {
      return engine.standing.held;
    },
    get executors() {
      return engine.standing.executors;
    },
    counts: () => store.looking.counts(),
    async queues() {
      const seen: SeenQueue[] = [];
      // One by one: nobody is in a hurry, and the store is not to be.
      for (const queue of await store.queues.list()) {
        seen.push({ ...queue, oldestAgeMs: await oldestAgeMs(queue) });
      }
      return seen;
    },
  };
}
