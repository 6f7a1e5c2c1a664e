import { expect } from 'vitest';
import type { Point } from './messages.js';
import { deliveries, type TransportSubject } from './subject.js';

export const crashes: TransportSubject = {
  name: 'crashes',
  define(test) {
    test('a process that is killed between receiving a delivery and starting its run leaves it to the next one', async (scene) => {
      const [delivery] = deliveries(1);
      const doomed = await scene.hire({ death: { point: 'received', delivery: delivery!.id } });
      const delivered = scene.outside.deliver(delivery!);
      expect(await doomed.exited).toBe('SIGKILL');
      expect(await scene.runsOf(delivery!)).toEqual([]);
      await scene.hire();
      await delivered;
      await scene.eachHasOneRun([delivery!]);
    });

    test('a process that is killed between starting a run and saying so leaves one run, however often it is delivered', async (scene) => {
      const [delivery] = deliveries(1);
      const doomed = await scene.hire({ death: { point: 'started', delivery: delivery!.id } });
      const delivered = scene.outside.deliver(delivery!);
      expect(await doomed.exited).toBe('SIGKILL');
      expect(await scene.runsOf(delivery!)).toHaveLength(1);
      await scene.hire();
      await delivered;
      await scene.outside.redeliver(delivery!);
      await scene.eachHasOneRun([delivery!]);
    });

    test('processes that are killed one after the other, in either window, lose none of many and double none', async (scene) => {
      const all = deliveries(20);
      const deaths: readonly (readonly [Point, number])[] = [
        ['received', 5],
        ['started', 15],
      ];
      let delivered: Promise<unknown> | undefined;
      for (const [point, index] of deaths) {
        const doomed = await scene.hire({ death: { point, delivery: all[index]!.id } });
        delivered ??= Promise.all(all.map((delivery) => scene.outside.deliver(delivery)));
        // One that was acknowledged by an earlier process does not come again, and kills nobody.
        await Promise.race([doomed.exited, delivered]);
        doomed.kill();
        await doomed.exited;
      }
      await scene.hire();
      await delivered;
      await scene.eachHasOneRun(all);
    });
  },
};
