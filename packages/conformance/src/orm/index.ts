import { afterAll, beforeAll, describe } from 'vitest';
import type { Ground } from '../ground.js';
import { Suites, type WithBench } from '../suites.js';
import { Bench } from './bench.js';
import { conflicts } from './conflicts.js';
import { decorated } from './decorated.js';
import { fence } from './fence.js';
import { Home } from './home.js';
import { lostConnections } from './lost-connections.js';
import { oneCommit } from './one-commit.js';
import { options } from './options.js';
import type { MakeOrm } from './orm.js';
import { otherDatabase } from './other-database.js';
import { outcomes } from './outcomes.js';
import { outside } from './outside.js';
import { parallel } from './parallel.js';
import { schemaNames } from './schema-names.js';
import { within } from './within.js';
import { withinClient } from './within-client.js';
import { withinRun } from './within-run.js';

export type { Ground } from '../ground.js';
export type { MakeOrm, Orm, OrmPlace } from './orm.js';

const SUBJECTS = [
  oneCommit,
  outcomes,
  options,
  outside,
  decorated,
  parallel,
  conflicts,
  lostConnections,
  fence,
  otherDatabase,
  within,
  withinClient,
  withinRun,
  schemaNames,
];

/** What an ORM package brings to its conformance tests. */
export interface OrmConformance<Tx> {
  readonly makeOrm: MakeOrm<Tx>;
  readonly ground: Ground;
  /** What is not asked of this ORM: the reason, by the name of a subject or of a test. It is in the title. */
  readonly skips?: Readonly<Record<string, string>>;
}

/** Defines what every ORM adapter must pass, on a real Postgres. To be called in a test file. */
export function ormConformance<Tx>(name: string, { makeOrm, ground, skips = {} }: OrmConformance<Tx>): void {
  describe(`${name}: conformance of the ORM adapter`, () => {
    const suites = new Suites(() => benches(ground, makeOrm as unknown as MakeOrm), skips);
    for (const subject of SUBJECTS) suites.add(subject);
    suites.checkSkips();
  });
}

/** One database for each subject, and a bench on it for each of its tests. */
function benches(ground: Ground, makeOrm: MakeOrm): WithBench<Bench> {
  let home: Home;
  beforeAll(async () => {
    home = await Home.make(ground);
  });
  afterAll(() => home.dispose());
  return async (show) => {
    const bench = await Bench.make(ground, home, makeOrm);
    try {
      await show(bench);
    } catch (error) {
      // What a failed test left open may never close; its error is what matters.
      await Promise.race([bench.dispose(), new Promise((resolve) => setTimeout(resolve, 2000))]);
      throw error;
    }
    await bench.dispose();
  };
}
