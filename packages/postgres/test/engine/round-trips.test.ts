import { type Registry, step, workflow } from '@holdfast/core';
import { describe, expect, test } from 'vitest';
import { postgres } from '../../src/index.js';
import type { WireProxy } from '../../src/testing/wire-proxy.js';
import { database, launch, proxyTo } from './app.js';

const STEPS = 7;

/** An app behind a counting proxy, and a workflow of so many steps that do nothing. */
async function counted() {
  const url = await database();
  const proxy = await proxyTo(url);
  const nothing = step('nothing', async (n: number) => n);
  const { app, defined } = await launch(proxy.url(url), (registry) => ({
    steps: workflow('steps', { registry }, async (count: number) => {
      for (let n = 0; n < count; n++) await nothing(n);
      return count;
    }),
  }));
  // The first use prepares statements and opens connections.
  await defined.steps(2);
  await quiet(proxy);
  return { url, proxy, app, ...defined };
}

/** Waits until nothing is on the wire: what an app does on launch is over. */
async function quiet(proxy: WireProxy): Promise<void> {
  for (let before = -1; before !== proxy.roundTrips; ) {
    before = proxy.roundTrips;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('round trips, counted at the wire', () => {
  test('a lone run costs one for its start, one for each step and one for its finish', async () => {
    const { proxy, steps } = await counted();
    proxy.reset();
    await steps(STEPS);
    expect(proxy.roundTrips).toBe(1 + STEPS + 1);
    // Each is one statement and no explicit transaction: so each is one commit.
    expect(proxy.statements).toHaveLength(1 + STEPS + 1);
    expect(proxy.count(/^\s*(begin|commit|select)/i)).toBe(0);
  });

  test('a hundred runs at once share far fewer commits than they have steps', async () => {
    const { proxy, steps } = await counted();
    proxy.reset();
    await Promise.all(Array.from({ length: 100 }, () => steps(STEPS)));
    expect(proxy.roundTrips).toBeLessThan((100 * STEPS) / 10);
  });

  test('a run of fifty steps that is taken over costs one for the claim and one for its whole history', async () => {
    const url = await database();
    const proxy = await proxyTo(url);
    let reportRecorded: () => void = () => {};
    const recorded = new Promise<void>((resolve) => {
      reportRecorded = resolve;
    });
    const long = (isFirst: boolean) => (registry: Registry) =>
      workflow('long', { registry }, async () => {
        for (let n = 0; n < 50; n++) await step.run('recorded', () => n);
        if (!isFirst) return 'done';
        reportRecorded();
        return new Promise<string>(() => {});
      });
    const { app: first, defined } = await launch(url, long(true));
    await first.start(defined, [], { id: 'taken over' });
    await recorded;
    const { app: second } = await launch(proxy.url(url), long(false));
    await quiet(proxy);
    first.halt();
    proxy.reset();
    const store = postgres(url);
    await store.open();
    await store.bury(first.executorId);
    await store.announce([{ kind: 'work' }]);
    await store.close();
    expect(await second.handle('taken over').result()).toBe('done');
    expect(proxy.count(/skip locked[\s\S]*update/i)).toBe(1);
    expect(proxy.count(/^\s*select[\s\S]*steps/i)).toBe(1);
    // Beside these two: the finish, and the look for the result that this test asked for.
    expect(proxy.count(/insert into \S+\.(runs|steps)\b/i)).toBe(0);
  });
});
