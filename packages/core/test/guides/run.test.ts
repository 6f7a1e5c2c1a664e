import { expect, onTestFinished, test } from 'vitest';
import { workflow } from '../../src/index.js';
import { examples } from './examples.js';
import { type Made, perform } from './perform.js';
import { World } from './scenario.js';
import { scenarios } from './scenarios/index.js';

test('each example of the guides has its scenario, and no scenario has lost its example', () => {
  expect([...scenarios.keys()].sort()).toEqual([...examples.keys()].sort());
});

test.each([...examples])('example %s of the guides does what it says', async (name, example) => {
  const { before, isInRun, after } = scenarios.get(name)!;
  const world = new World();
  onTestFinished(() => world.shutdown());
  const own = await before?.(world);
  let made: Made = {};
  const once = async (): Promise<void> => {
    made = await perform(example, { app: world.app, ...own });
  };
  const run = isInRun ? workflow('example', once) : once;
  await world.launch();
  await run();
  await after(made, world);
});
