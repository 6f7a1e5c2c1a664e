import type { Store } from '../store/index.js';
import { scopeOn } from './scope.js';

const PATIENTLY = { attempts: Number.MAX_SAFE_INTEGER, initial: '100ms', max: '5s' } as const;

/**
 * Reads something, or does what may as well be done twice. In a run's own code it is done in a step, so that a replay sees
 * what the run saw; what was read is in the journal then.
 */
export function recorded<T>(store: Store, name: string, read: () => Promise<T>): Promise<T> {
  const scope = scopeOn(store);
  if (!scope) return read();
  // A store that is out of reach is no answer that a run should be given.
  const retry = { ...PATIENTLY, when: (error: unknown) => store.isTransient(error) };
  return scope.step({ name, options: { retry }, body: read }) as Promise<T>;
}
