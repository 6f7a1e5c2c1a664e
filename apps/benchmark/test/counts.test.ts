import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { beyond } from '../src/counts/count.js';
import { ORM_COUNTS } from '../src/counts/orm-counts.js';
import { WORKLOAD_COUNTS } from '../src/counts/workload-counts.js';
import { dropDatabase, freshDatabase } from '../src/measure/database.js';
import { idleTraffic } from '../src/studies/idle.js';
import { takeUp } from '../src/studies/replay/replay.js';

// Counts, never times: they are the same on every machine.

const serverUrl = inject('serverUrl');
const WATCHED_MS = 15_000;
/** What happens to fall into the time that is watched, by its edges. */
const EDGES = 3;

/** Watched while the others go on. */
let idle: Promise<{ readonly statements: number }>;
let urls: readonly [idle: string, replay: string];

beforeAll(async () => {
  urls = [await freshDatabase(serverUrl), await freshDatabase(serverUrl)];
  idle = idleTraffic(urls[0], WATCHED_MS);
  // Whoever waits for it later is told of it.
  idle.catch(() => undefined);
});

afterAll(async () => {
  for (const url of urls) await dropDatabase(serverUrl, url);
});

describe.each(WORKLOAD_COUNTS)('$name', (one) => {
  test(`takes no more round trips, statements and commits for each ${one.unit} than it may`, async () => {
    const count = await one.count(serverUrl);
    expect(count.units).toBeGreaterThan(0);
    expect(beyond(one, count)).toEqual([]);
  });
});

describe.each(ORM_COUNTS)('$name', (one) => {
  test('adds one statement to the transaction, and commits once', async () => {
    const { units, statements, commits } = await one.count(serverUrl);
    expect({ statements: statements / units, commits: commits / units }).toEqual({
      statements: 4,
      commits: 1,
    });
  });
});

test('a run that is taken up again is read once, whatever it has recorded', async () => {
  expect((await takeUp(urls[1], 100, { isCounted: true })).reads).toBe(1);
});

test('an idle process with ten queues sends no more than a statement a second', async () => {
  const { statements } = await idle;
  expect(statements).toBeGreaterThan(0);
  expect(statements).toBeLessThanOrEqual(WATCHED_MS / 1000 + EDGES);
});
