import { expect } from 'vitest';
import { POISONS, type Poison } from './delivery.js';
import { deliveries, type TransportSubject } from './subject.js';

const SORTS: readonly (readonly [Poison, string])[] = [
  ['garbled', 'a delivery that nobody can read'],
  ['refused', "a delivery that the workflow's schema refuses"],
];

export const poison: TransportSubject = {
  name: 'poison',
  define(test) {
    for (const [sort, what] of SORTS) {
      test(`${what} starts nothing, is put where it is seen, and holds up nobody`, async (scene) => {
        await scene.hire();
        const [before, after] = deliveries(2);
        await scene.outside.deliver(before!);
        await scene.outside.deliverPoison(sort, POISONS[sort]);
        await scene.outside.deliver(after!);
        await scene.eachHasOneRun([before!, after!]);
      });
    }

    test('poison among many deliveries at once harms none of them, and its process lives on', async (scene) => {
      const worker = await scene.hire();
      const all = deliveries(20);
      await Promise.all([
        ...all.slice(0, 10).map((delivery) => scene.outside.deliver(delivery)),
        scene.outside.deliverPoison('garbled', POISONS.garbled),
        scene.outside.deliverPoison('refused', POISONS.refused),
        ...all.slice(10).map((delivery) => scene.outside.deliver(delivery)),
      ]);
      await scene.eachHasOneRun(all);
      await worker.close();
      expect(await worker.exited).toBe(0);
    });
  },
};
