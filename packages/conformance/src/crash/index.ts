import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import type { Ground } from '../ground.js';
import { killAllAtOnce, killAtRandom, setTheDeadlyAside, startBeside, stopAndContinue } from './plays.js';
import { Scene, type Stage } from './scene.js';

/** What an ORM package brings to its crash tests. */
export interface CrashConformance {
  /** A file that calls `runCrashWorker`: the main module of each worker. */
  readonly worker: URL;
  readonly ground: Ground;
  /** How many workers are killed. HOLDFAST_KILLS overrides it. Default 40. */
  readonly kills?: number;
}

/** Defines what must hold when processes are killed, stopped and started. To be called in a test file. */
export function crashConformance(name: string, { worker, ground, kills = 40 }: CrashConformance): void {
  const killCount = Number(process.env['HOLDFAST_KILLS'] ?? kills);
  const seed = Number(process.env['HOLDFAST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const on = async (stage: Omit<Stage, 'worker'>, play: (scene: Scene) => Promise<void>): Promise<void> => {
    const scene = await Scene.set(ground, { worker: fileURLToPath(worker), ...stage });
    try {
      await play(scene);
    } finally {
      await scene.strike();
    }
  };
  const apartKills = Math.ceil(killCount / 8);
  const seeded = `(HOLDFAST_SEED=${seed})`;
  const patience = (killed: number) => ({ timeout: 60_000 + killed * 5000 });

  describe(`${name}: processes that die`, () => {
    it(
      `${killCount} kills at random moments: every run ends, and right, and every effect is there once ${seeded}`,
      patience(killCount),
      () => on({ lease: '10s' }, (scene) => killAtRandom(scene, killCount, seed)),
    );
    it(
      `${apartKills} kills, with the rows in another database than the store ${seeded}`,
      patience(apartKills),
      () => on({ lease: '10s', isApart: true }, (scene) => killAtRandom(scene, apartKills, seed)),
    );
    it('all workers are killed at once: a new one goes on', patience(2), () =>
      on({ lease: '10s' }, killAllAtOnce),
    );
    it(
      'a stopped worker whose runs were taken over writes to none of them, and goes on as another',
      patience(0),
      () => on({ lease: '2s' }, stopAndContinue),
    );
    it('a run that kills its process again and again is set aside, and its neighbours end', patience(3), () =>
      on({ lease: '10s' }, setTheDeadlyAside),
    );
    it('a process that is started leaves the runs of the others alone', patience(0), () =>
      on({ lease: '2s' }, startBeside),
    );
  });
}
