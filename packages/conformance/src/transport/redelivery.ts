import { expect } from 'vitest';
import { deliveries, type TransportSubject } from './subject.js';

export const redelivery: TransportSubject = {
  name: 'redelivery',
  define(test) {
    test('a delivery is one run, which is recorded before the delivery is acknowledged', async (scene) => {
      await scene.hire();
      const [delivery] = deliveries(1);
      await scene.outside.deliver(delivery!);
      expect(await scene.runsOf(delivery!)).toHaveLength(1);
      await scene.eachHasOneRun([delivery!]);
    });

    test('a delivery that comes again and again is the same run', async (scene) => {
      await scene.hire();
      const [first, second] = deliveries(2);
      await scene.outside.deliver(first!);
      await scene.outside.redeliver(first!);
      await scene.outside.deliver(second!);
      await scene.eachHasOneRun([first!, second!]);
      for (let n = 0; n < 3; n++) await scene.outside.redeliver(first!);
      await scene.eachHasOneRun([first!, second!]);
    });

    test('deliveries that come all at once, and again all at once, are a run each', async (scene) => {
      await scene.hire();
      const all = deliveries(30);
      await Promise.all(all.map((delivery) => scene.outside.deliver(delivery)));
      await Promise.all(all.map((delivery) => scene.outside.redeliver(delivery)));
      await scene.eachHasOneRun(all);
    });

    test('a delivery that comes again to another process is the same run', async (scene) => {
      const first = await scene.hire();
      const [delivery] = deliveries(1);
      await scene.outside.deliver(delivery!);
      await first.close();
      await first.exited;
      await scene.hire();
      await scene.outside.redeliver(delivery!);
      await scene.eachHasOneRun([delivery!]);
    });
  },
};
