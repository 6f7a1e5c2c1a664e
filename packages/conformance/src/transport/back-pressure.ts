import { expect } from 'vitest';
import { MOST_AT_ONCE } from './delivery.js';
import { deliveries, type TransportSubject } from './subject.js';

export const backPressure: TransportSubject = {
  name: 'back-pressure',
  define(test) {
    test('while starts take their time, no more deliveries are in hands than agreed, and none is lost', async (scene) => {
      const worker = await scene.hire({ isShut: true });
      const all = deliveries(5 * MOST_AT_ONCE);
      const delivered = Promise.all(all.map((delivery) => scene.outside.deliver(delivery)));
      await worker.starting(1);
      await scene.outside.pressed?.();
      worker.open();
      await delivered;
      expect(worker.mostStarting).toBeLessThanOrEqual(MOST_AT_ONCE);
      await scene.eachHasOneRun(all);
    });
  },
};
