import { describe } from 'vitest';
import type { Ground } from '../ground.js';
import { Suites } from '../suites.js';
import { backPressure } from './back-pressure.js';
import { crashes } from './crashes.js';
import type { Outside } from './outside.js';
import { poison } from './poison.js';
import { redelivery } from './redelivery.js';
import { Scene } from './scene.js';
import { shutdown } from './shutdown.js';

export type { Delivery, Poison } from './delivery.js';
export type { Outside } from './outside.js';

const SUBJECTS = [redelivery, crashes, poison, shutdown, backPressure];

/** What a transport's package brings to its conformance tests. */
export interface TransportConformance {
  /** A file that calls `runTransportWorker`: the main module of each process that receives. */
  readonly worker: URL;
  readonly ground: Ground;
  /** Makes the world outside of one test: a topic of its own, a client. */
  readonly makeOutside: () => Promise<Outside>;
  /** What is not asked of this transport: the reason, by the name of a subject or of a test. It is in the title. */
  readonly skips?: Readonly<Record<string, string>>;
}

/**
 * Defines what every transport must pass, with processes that are killed, on a real Postgres. To be called in a test
 * file.
 */
export function transportConformance(name: string, { skips = {}, ...stage }: TransportConformance): void {
  describe(`${name}: conformance of the transport`, () => {
    const suites = new Suites<Scene>(
      () => async (show) => {
        const scene = await Scene.set(stage);
        try {
          await show(scene);
        } finally {
          await scene.strike();
        }
      },
      skips,
    );
    for (const subject of SUBJECTS) suites.add(subject);
    suites.checkSkips();
  });
}
