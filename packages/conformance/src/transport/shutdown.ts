import { expect } from 'vitest';
import { MOST_AT_ONCE } from './delivery.js';
import { deliveries, type TransportSubject } from './subject.js';

export const shutdown: TransportSubject = {
  name: 'shutdown',
  define(test) {
    test('a process that is told to end leaves nothing open: it ends by itself', async (scene) => {
      const worker = await scene.hire();
      const [delivery] = deliveries(1);
      await scene.outside.deliver(delivery!);
      await worker.close();
      expect(await worker.exited).toBe(0);
      await scene.eachHasOneRun([delivery!]);
    });

    test('what a process has in hands when it is told to end becomes a run each, there or with the next one', async (scene) => {
      const worker = await scene.hire({ isShut: true });
      const all = deliveries(MOST_AT_ONCE);
      const delivered = Promise.all(all.map((delivery) => scene.outside.deliver(delivery)));
      await worker.starting(1);
      await worker.close();
      worker.open();
      expect(await worker.exited).toBe(0);
      await scene.hire();
      await delivered;
      await scene.eachHasOneRun(all);
    });

    test('what comes after a process was told to end is for the next one', async (scene) => {
      const worker = await scene.hire();
      const [before, after] = deliveries(2);
      await scene.outside.deliver(before!);
      await worker.close();
      const delivered = scene.outside.deliver(after!);
      expect(await worker.exited).toBe(0);
      expect(await scene.runsOf(after!)).toEqual([]);
      await scene.hire();
      await delivered;
      await scene.eachHasOneRun([before!, after!]);
    });
  },
};
