import type { Subject } from '../suites.js';
import type { Delivery } from './delivery.js';
import type { Scene } from './scene.js';

/** The tests on one subject of transports. */
export type TransportSubject = Subject<Scene>;

/** So many deliveries, each another one. */
export function deliveries(count: number): readonly Delivery[] {
  return Array.from({ length: count }, (_, index) => ({ id: `delivery ${index}` }));
}
