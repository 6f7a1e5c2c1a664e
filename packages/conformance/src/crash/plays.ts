import { expect } from 'vitest';
import { diceFrom } from '../dice.js';
import { until } from '../orm/gate.js';
import type { Worker } from './crew.js';
import { CRASHING, CRASHING_HERE } from './programs.js';
import { orderOf } from './queue-programs.js';
import { expectQueueWithinItsLimit } from './queue-verdict.js';
import { expectSagasUndone } from './saga-verdict.js';
import type { Scene } from './scene.js';
import { killAndWatch, summary } from './takeover.js';
import {
  expectEffectsExactlyOnce,
  expectMailInOrder,
  expectNothingAheadOfTheJournal,
  expectNothingTwice,
  expectRightResults,
  expectSameOnReplay,
} from './verdict.js';

/** Workers that live at a time, as far as they are not just being killed. */
const CREW = 3;
/** Runs that are started before each kill, by all workers together. */
const RUNS_AT_A_TIME = 24;

/** Workers are killed, one after the other, while runs are started without end. Then everything is compared. */
export async function killAtRandom(scene: Scene, kills: number, seed: number): Promise<void> {
  const dice = diceFrom(seed);
  const { crew } = scene;
  const workflows = scene.isApart ? CRASHING : [...CRASHING, ...CRASHING_HERE];
  const takeovers: number[] = [];
  let ordered = 0;
  // Each worker is given some, and may be killed before it has said that it has started them.
  const order = (): Promise<unknown> =>
    Promise.all(
      crew.ready.map((worker) => {
        const runs = Array.from({ length: RUNS_AT_A_TIME / CREW }, () => {
          ordered += 1;
          return orderOf(`r${String(ordered).padStart(5, '0')}`, workflows[ordered % workflows.length]!);
        });
        return crew.start(runs, (ready) => (ready.includes(worker) ? worker : dice.pick(ready)));
      }),
    );
  const orders: Promise<unknown>[] = [];
  for (let n = 0; n < CREW; n++) crew.hire();
  for (let killed = 0; killed < kills; killed++) {
    // Whoever is left takes over; without anybody, the next one to start would.
    await crew.atLeast(2);
    orders.push(order());
    await pause(dice.between(0, 150));
    const took = await killAndWatch(scene, dice.pick(crew.ready));
    if (took !== undefined) takeovers.push(took);
    crew.hire();
  }
  await Promise.all(orders);
  while ((await scene.unfinished()) > 0) await pause(20);
  expectRightResults(await scene.runs());
  const effects = await expectEffectsExactlyOnce(scene);
  await expectMailInOrder(scene);
  const executions = await expectNothingTwice(scene);
  await expectNothingAheadOfTheJournal(scene);
  const undos = await expectSagasUndone(scene);
  await expectQueueWithinItsLimit(scene);
  await expectSameOnReplay(scene);
  const { count, median, max } = summary(takeovers);
  const launch = summary(crew.launches).median;
  // With few kills, it may be that none of the killed held a run.
  const taken =
    count > 0
      ? `taken over after ${median} ms (median), ${max} ms (longest) in ${count} cases`
      : 'none taken over';
  report(
    `${kills} kills, ${(await scene.runs()).length} runs, ${effects} effects, ${executions} executions, ${undos} undos; ` +
      `${taken}; a worker was ready after ${launch} ms (median)`,
  );
  // Where even that takes longer than a second, the machine has other things to do.
  if (count > 0) expect(median).toBeLessThan(Math.max(1000, launch));
}

/** All workers are killed at one moment, so that nobody is left to notice. */
export async function killAllAtOnce(scene: Scene): Promise<void> {
  const { crew } = scene;
  await Promise.all([crew.hireReady(), crew.hireReady()]);
  const runs = Array.from({ length: 40 }, (_, n) => orderOf(`r${n}`, CRASHING[n % CRASHING.length]!));
  for (const worker of crew.ready) await worker.start(0, runs);
  await pause(60);
  await crew.disband();
  const left = await scene.unfinished();
  expect(left).toBeGreaterThan(0);
  const started = performance.now();
  await crew.hireReady();
  const ready = performance.now();
  while ((await scene.unfinished()) > 0) await pause(20);
  report(
    `${left} runs of dead workers ended ${Math.round(performance.now() - ready)} ms after a new one was launched, ` +
      `which took ${Math.round(ready - started)} ms`,
  );
  expectRightResults(await scene.runs());
  await expectEffectsExactlyOnce(scene);
  await expectMailInOrder(scene);
  await expectNothingTwice(scene);
  await expectSagasUndone(scene);
  await expectQueueWithinItsLimit(scene);
}

/** A worker is stopped for longer than its lease, with bodies open, and continues when its runs have ended elsewhere. */
export async function stopAndContinue(scene: Scene): Promise<void> {
  const { crew } = scene;
  const stopped = await crew.hireReady();
  const former = await scene.executorOf(stopped);
  const runs = ['p0', 'p1', 'p2'].map((id) => ({ id, workflow: 'pausing' }));
  await stopped.start(0, runs);
  // All of its bodies are open, half of them within a transaction.
  await until(() => scene.executions().length === 9);
  const other = await crew.hireReady();
  stopped.signal('SIGSTOP');
  other.send({ kind: 'open' });
  await until(async () => (await scene.unfinished()) === 0);
  const before = { runs: await scene.runs(), steps: await scene.steps(), effects: await scene.effects() };
  expect(before.runs.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
  expectRightResults(before.runs);
  stopped.send({ kind: 'open' });
  stopped.signal('SIGCONT');
  let executor: string | undefined;
  await until(async () => {
    executor = await scene.executorOf(stopped);
    return executor !== undefined && executor !== former;
  });
  // What it had open would have been written by now: its next run is of the same kind.
  await stopped.start(1, [{ id: 'p3', workflow: 'pausing' }]);
  await until(async () => (await scene.unfinished()) === 0);
  const [after, steps, effects] = [await scene.runs(), await scene.steps(), await scene.effects()];
  expect(after.find(({ id }) => id === 'p3')).toMatchObject({
    state: 'succeeded',
    executorId: executor,
    epoch: 1,
  });
  expect({
    runs: after.filter(({ id }) => id !== 'p3'),
    steps: steps.filter(({ run }) => run !== 'p3'),
    effects: effects.filter((name) => !name.startsWith('p3#')),
  }).toEqual(before);
  await expectEffectsExactlyOnce(scene);
  await expectNothingTwice(scene);
}

/** Workers are started beside one that has runs under way. */
export async function startBeside(scene: Scene): Promise<void> {
  const { crew } = scene;
  const first = await crew.hireReady();
  const executorId = await scene.executorOf(first);
  const held = ['p0', 'p1', 'p2'].map((id) => ({ id, workflow: 'pausing' }));
  await first.start(0, held);
  await until(() => scene.executions().length === 9);
  const others = [await crew.hireReady(), await crew.hireReady()];
  for (const [n, other] of others.entries()) await other.start(0, [{ id: `r${n}`, workflow: 'line' }]);
  // Longer than the lease: whoever looks for the dead has looked.
  await pause(3000);
  const running = (await scene.runs()).filter(({ workflow }) => workflow === 'pausing');
  for (const run of running) expect(run).toMatchObject({ state: 'running', epoch: 1, executorId });
  first.send({ kind: 'open' });
  await until(async () => (await scene.unfinished()) === 0);
  const runs = await scene.runs();
  expectRightResults(runs);
  expect(runs.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 1, 1]);
  await expectNothingTwice(scene);
}

/** A run kills the process that executes it, and the others in it, again and again, until it is set aside. */
export async function setTheDeadlyAside(scene: Scene): Promise<void> {
  const { crew } = scene;
  let isOver = false;
  const hire = (): Worker => {
    const worker = crew.hire();
    void worker.exited.then(() => isOver || hire());
    return worker;
  };
  const [first, second] = [hire(), hire()];
  await Promise.all([first.ready, second.ready]);
  const neighbours = Array.from({ length: 16 }, (_, n) =>
    orderOf(`r${String(n).padStart(2, '0')}`, CRASHING[n % CRASHING.length]!),
  );
  await first.start(0, neighbours);
  await first.start(1, [{ id: 'deadly', workflow: 'deadly' }]);
  while ((await scene.unfinished()) > 0) await pause(20);
  isOver = true;
  const runs = await scene.runs();
  const died = { id: expect.any(String), host: expect.any(String), pid: expect.any(Number) };
  expect(runs.find(({ id }) => id === 'deadly')).toMatchObject({
    state: 'failed',
    epoch: 4,
    error: {
      code: 'RUN_SET_ASIDE',
      details: { takeovers: 3, executors: [died, died, died], lastCall: { seq: 0, name: 'plain' } },
    },
  });
  expect(scene.executions().filter(({ run }) => run === 'deadly')).toMatchObject([{ name: 'before' }]);
  expectRightResults(runs.filter(({ id }) => id !== 'deadly'));
  await expectEffectsExactlyOnce(scene);
  await expectNothingTwice(scene);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function report(what: string): void {
  process.stdout.write(`  ${what}\n`);
}
