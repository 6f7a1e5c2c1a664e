import { memoryStore } from '@holdfast/core/internal';
import type { StoreHome } from './bench.js';

/** A memory store and handles on it. */
export async function memoryHome(): Promise<StoreHome> {
  const store = memoryStore();
  const handles = [store];
  await store.open();
  return {
    store,
    another: async () => {
      const other = store.another();
      handles.push(other);
      await other.open();
      return other;
    },
    dispose: async () => {
      for (const handle of handles) await handle.close();
    },
  };
}
