import type { Store } from '@holdfast/core/internal';
import type { Delivery } from './delivery.js';
import type { Passage } from './passage.js';

/** A store that says of which deliveries runs were recorded, before whoever started them hears of it. */
export function watchedStore(store: Store, passage: Passage, workflow: string): Store {
  const commit: Store['commit'] = async (entries) => {
    const outcomes = await store.commit(entries);
    for (const entry of entries) {
      if (entry.op !== 'start' || entry.run.workflow !== workflow) continue;
      const [{ id }] = JSON.parse(entry.run.input.json) as [Delivery];
      passage.pass('started', id);
    }
    return outcomes;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'commit') return commit;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
