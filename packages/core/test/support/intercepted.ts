import type { Store } from '../../src/adapter.js';

/** Methods of a store that a test puts itself in front of; each is given the original. */
export type Interceptions = {
  [Name in keyof Store]?: (original: Store[Name]) => Store[Name];
};

/** A store some of whose methods do something else: fail, wait, count. */
export function intercepted<S extends Store>(store: S, interceptions: Interceptions): S {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      const bound = typeof value === 'function' ? (value.bind(target) as unknown) : value;
      const intercept = (interceptions as Record<PropertyKey, ((original: unknown) => unknown) | undefined>)[
        name
      ];
      return intercept ? intercept(bound) : bound;
    },
  });
}
