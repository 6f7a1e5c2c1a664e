import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  currentRun,
  type Holdfast,
  type QueueOptions,
  queue,
  type StepView,
  sleep,
  step,
} from '../src/index.js';
import { execute, type Program, programs, type Sighting } from './program.js';
import { bench, reaches } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, gate, outcomeOf, settled } from './support/signals.js';

/** Programs to generate. HOLDFAST_PROGRAMS=2000 pnpm test explores further. */
const RUNS = Number(process.env['HOLDFAST_PROGRAMS'] ?? 100);

/** What is put in place of the result of a call: a value that no step gives. */
const replacement = (seq: number): number => -1 - seq;

/** An app that runs a program as many times as it is forked, and what each run of it saw. */
async function player(program: Program) {
  const { workflow, launch } = await bench();
  const seen = new Map<string, Sighting[]>();
  let effects = 0;
  const play = workflow('play', () => {
    const sightings: Sighting[] = [];
    seen.set(currentRun()!.id, sightings);
    return execute(program, { effect: () => ++effects }, sightings);
  });
  const app = await launch({ parkAfter: '1h' });
  const end = async (id: string) => {
    const outcome = await outcomeOf(app.handle(id).result());
    return { outcome: told(outcome), steps: await app.runs.steps(id), seen: seen.get(id)! };
  };
  await app.start(play, [], { id: 'original' });
  return { app, end };
}

function told(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message;
}

/** Which number a step gave, also if it failed. */
function numberOf({ output, error }: StepView): number {
  return typeof output === 'number' ? output : Number((error as Error).message.slice('bad luck '.length));
}

/** Where in the program those of these numbers were seen, in order. Each place is met once. */
function placesOf(seen: readonly Sighting[], numbers: ReadonlySet<number>): string[] {
  return seen
    .filter((sighting) => numbers.has(Number(/(?:->|luck) (-?\d+)$/.exec(sighting)?.[1])))
    .map((sighting) => sighting.split(' ')[0]!);
}

/** How many calls were made, as far as the journal shows: the losers of a race may have left no line in it. */
function callsOf(steps: readonly StepView[]): number {
  return steps.reduce((calls, { seq }) => Math.max(calls, seq + 1), 0);
}

function expectCommonStart<T>(one: readonly T[], other: readonly T[]): void {
  const common = Math.min(one.length, other.length);
  expect(one.slice(0, common)).toEqual(other.slice(0, common));
}

describe('forks of random programs, from random calls and with other results', () => {
  test('see the results that they keep in the order in which their run did, and do only the rest', async () => {
    await fc.assert(
      fc.asyncProperty(programs, fc.nat(30), fc.array(fc.nat(30)), async (program, at, replacing) => {
        const { app, end } = await player(program);
        const original = await end('original');
        const cut = at % (callsOf(original.steps) + 1);
        const kept = original.steps.filter(
          ({ seq, kind, ordinal }) => seq < cut && kind === 'step' && ordinal !== undefined,
        );
        const replaced = kept.filter(({ seq, error }) => error === undefined && replacing.includes(seq));
        const outputs = Object.fromEntries(replaced.map(({ seq }) => [seq, replacement(seq)]));
        await app.runs.fork('original', { id: 'fork', fromStep: cut, outputs });
        const fork = await end('fork');

        // What is kept is as it was, and each live result comes after all of that.
        expect(await app.runs.steps('original')).toEqual(original.steps);
        const numbers = new Map(kept.map((one) => [one.seq, outputs[one.seq] ?? numberOf(one)] as const));
        const journal = new Map(fork.steps.map((one) => [one.seq, one]));
        for (const { seq, name, ordinal } of kept) {
          expect(journal.get(seq)).toMatchObject({ kind: 'step', name, ordinal });
          expect(numberOf(journal.get(seq)!)).toBe(numbers.get(seq));
        }
        const lastKept = Math.max(
          0,
          ...original.steps.map(({ seq, ordinal }) => (seq < cut ? (ordinal ?? 0) : 0)),
        );
        for (const { seq, ordinal } of fork.steps) {
          if (seq >= cut && ordinal !== undefined) expect(ordinal).toBeGreaterThan(lastKept);
        }

        // What is kept is seen in the same places, one after the other as before.
        const there = placesOf(original.seen, new Set(kept.map(numberOf)));
        const here = placesOf(fork.seen, new Set(numbers.values()));
        expectCommonStart(here, there);
        const places = new Set(there);
        const inPlaces = fork.seen.filter((sighting) => places.has(sighting.split(' ')[0]!));
        expect(placesOf(inPlaces, new Set(numbers.values()))).toHaveLength(inPlaces.length);
        expect(new Set(fork.seen.map((sighting) => sighting.split(' ')[0])).size).toBe(fork.seen.length);

        // And the fork replays to what it saw itself: as a fork of it, from its end.
        await app.runs.fork('fork', { id: 'again', fromStep: callsOf(fork.steps) });
        const again = await end('again');
        expectCommonStart(again.seen, fork.seen);
        expect(again.outcome).toEqual(fork.outcome);
        await app.shutdown({ drain: 0 });
      }),
      { numRuns: RUNS, timeout: 10_000, endOnFailure: true },
    );
  }, 120_000);
});

describe('a fork onto a queue', () => {
  async function office(options: QueueOptions) {
    const clock = new ManualClock();
    const made = await bench({ clock });
    queue('mail', { ...options, registry: made.registry });
    const order: string[] = [];
    const done = gate();
    const work = made.workflow('work', async (what: string) => {
      await step.run('prepare', () => what);
      order.push(currentRun()!.id);
      if (what === 'waits') await step.run('wait', () => done.opened);
      if (what === 'sleeps') await sleep('1h');
      return what;
    });
    const app = await made.launch({ parkAfter: 0 });
    await (await app.start(work, ['quick'], { id: 'original' })).result();
    const fork = (id: string) => app.runs.fork('original', { id, queue: 'mail', fromStep: 1 });
    return { ...made, clock, app, work, fork, done, order };
  }

  test('waits in line for its turn, behind who was there before it, and counts for the limit', async () => {
    const { app, work, fork, done, order } = await office({ concurrency: 1 });
    await app.start(work, ['waits'], { id: 'first', queue: 'mail' });
    await eventually(() => order.includes('first'));
    await app.start(work, ['quick'], { id: 'second', queue: 'mail' });
    await fork('third');
    await app.start(work, ['quick'], { id: 'fourth', queue: 'mail' });
    await settled();
    expect(await app.queues.get('mail')).toMatchObject({ waiting: 3, inHands: 1 });
    expect(await app.handle('third').status()).toBe('pending');
    done.open();
    for (const id of ['second', 'third', 'fourth']) expect(await app.handle(id).result()).toBe('quick');
    expect(order).toEqual(['original', 'first', 'second', 'third', 'fourth']);
    expect(await app.runs.get('third')).toMatchObject({ queue: 'mail', forkedFrom: 'original' });
  });

  test('counts for its rate', async () => {
    const { app, work, fork, clock } = await office({ rateLimit: { limit: 1, per: '1h' } });
    expect(await (await fork('first')).result()).toBe('quick');
    await app.start(work, ['quick'], { id: 'second', queue: 'mail' });
    await settled();
    expect(await app.handle('second').status()).toBe('pending');
    clock.advance(3_600_001);
    expect(await app.handle('second').result()).toBe('quick');
  });

  test.each([false, true])('has its slot while it is parked only if its queue says so: %s', async (keeps) => {
    const { app, work, clock } = await office({ concurrency: 1, parkedHoldSlots: keeps });
    await app.start(work, ['sleeps'], { id: 'sleeper' });
    await reaches(app, 'sleeper', 'waiting');
    await app.runs.fork('sleeper', { id: 'fork', queue: 'mail', fromStep: 1 });
    await eventually(() => {
      clock.advance(10);
      return app
        .handle('fork')
        .status()
        .then((state) => state === 'waiting');
    });
    const next = await app.start(work, ['quick'], { queue: 'mail' });
    await settled();
    expect(await next.status()).toBe(keeps ? 'pending' : 'succeeded');
    clock.advance(3_600_000);
    expect(await app.handle('fork').result()).toBe('sleeps');
    expect(await next.result()).toBe('quick');
  });

  test('that nobody has defined is refused before anything is written', async () => {
    const { app }: { app: Holdfast } = await office({});
    expect(await errorOf(app.runs.fork('original', { queue: 'nobody' }))).toMatchObject({
      code: 'UNKNOWN_QUEUE',
    });
    expect((await app.runs.list()).runs).toHaveLength(1);
  });
});
