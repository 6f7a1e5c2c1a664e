import type { Engine } from '../engine/index.js';

/** The key under which an app and a client give their engine. The same in two copies of this package in one process. */
export const ENGINE: unique symbol = Symbol.for('holdfast.engine.v1') as never;

/** What has an engine: an app, a client. */
export interface HasEngine {
  /** @internal */
  readonly [ENGINE]: () => unknown;
}

/**
 * The engine of an app or a client, for our own packages.
 *
 * @throws HoldfastError NOT_LAUNCHED, SHUT_DOWN.
 */
export function engineOf(app: HasEngine): Engine {
  return app[ENGINE]() as Engine;
}
