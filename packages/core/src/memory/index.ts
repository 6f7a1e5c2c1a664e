export {
  type MemoryFaults,
  type MemoryHandleOptions,
  type MemoryStore,
  type MemoryStoreOptions,
  memoryStore,
} from './memory-store.js';
