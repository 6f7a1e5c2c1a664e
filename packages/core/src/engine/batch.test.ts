import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Payload } from '../replay/index.js';
import { type NewRun, type StoreEntry, touchedRuns } from '../store/index.js';
import { type BatchLimits, type Carrier, takeBatch } from './batch.js';
import { strandsOf } from './strands.js';

const NO_LIMIT = { entries: 1000, chars: 1_000_000 };

function take(waiting: Carrier[], limits: BatchLimits = NO_LIMIT): Carrier[] {
  return takeBatch(waiting, limits, new Set());
}

function json(chars: number): Payload {
  return { json: '1'.repeat(chars), extra: null };
}

function carry(entry: StoreEntry): Carrier {
  return { entry, strands: strandsOf(entry) };
}

const start = (id: string): Carrier => carry({ op: 'start', run: { id, input: json(2) } as NewRun });
const step = (runId: string): Carrier => carry({ op: 'step', runId } as StoreEntry);
const finish = (runId: string, parentId: string | null = null): Carrier =>
  carry({ op: 'finish', runId, parentId } as StoreEntry);
const park = (runId: string): Carrier => carry({ op: 'park', runId } as StoreEntry);
const release = (runId: string): Carrier => carry({ op: 'release', runId } as StoreEntry);

const send = (runId: string): Carrier => carry({ op: 'send', step: null, runId } as StoreEntry);
const write = (runId: string): Carrier =>
  carry({ op: 'write', step: null, runId, epoch: null, name: 'tokens' } as StoreEntry);
const close = (runId: string): Carrier =>
  carry({ op: 'close', step: null, runId, epoch: null, name: 'tokens' } as StoreEntry);

/** The sizes of the batches in which entries leave. */
function sizes(...waiting: Carrier[]): number[] {
  const found: number[] = [];
  while (waiting.length > 0) found.push(take(waiting).length);
  return found;
}

describe('a batch', () => {
  test('is empty when nothing waits', () => {
    expect(take([])).toEqual([]);
  });

  test('takes all it can from the front, and leaves the rest in order', () => {
    const waiting = [step('a'), step('b'), step('c'), step('d')];
    const [a, b, c, d] = waiting;
    expect(take(waiting, { ...NO_LIMIT, entries: 3 })).toEqual([a, b, c]);
    expect(waiting).toEqual([d]);
  });

  test('carries no more characters than it may, and one entry whatever its size', () => {
    const large = (runId: string, chars: number) =>
      carry({ op: 'step', runId, output: json(chars) } as StoreEntry);
    const waiting = [large('a', 400_000), large('b', 500_000), large('c', 2_000_000), large('d', 1)];
    const [a, b, c, d] = waiting;
    expect(take(waiting)).toEqual([a, b]);
    expect(take(waiting)).toEqual([c]);
    expect(take(waiting)).toEqual([d]);
  });

  test('holds any number of steps of one run', () => {
    expect(sizes(step('a'), step('a'), step('a'))).toEqual([3]);
  });

  test("holds a run's steps together with one change of its row, before or after", () => {
    expect(sizes(step('a'), finish('a'))).toEqual([2]);
    expect(sizes(start('a'), step('a'))).toEqual([2]);
  });

  test.each([
    ['two starts of one id', start('a'), start('a')],
    ['a start and a finish', start('a'), finish('a')],
    ['two finishes', finish('a'), finish('a')],
    ['a park and a finish', park('a'), finish('a')],
    ['a park and a release', park('a'), release('a')],
  ])("changes a run's row once: %s go apart", (_, first, second) => {
    expect(sizes(first, second)).toEqual([1, 1]);
  });

  test('changes the rows of many runs', () => {
    expect(sizes(start('a'), finish('b'), park('c'), release('d'))).toEqual([4]);
  });

  test("does not both change a run's row and signal it", () => {
    expect(sizes(finish('child', 'parent'), park('parent'))).toEqual([1, 1]);
    expect(sizes(park('parent'), finish('child', 'parent'))).toEqual([1, 1]);
    expect(sizes(start('parent'), finish('child', 'parent'))).toEqual([1, 1]);
  });

  test('signals one run any number of times', () => {
    expect(sizes(finish('a', 'parent'), finish('b', 'parent'), step('parent'))).toEqual([3]);
  });

  test('does not send a run anything, nor show anything of it from outside, beside its start or its end', () => {
    for (const mail of [send('a'), write('a'), close('a')]) {
      expect(sizes(start('a'), mail)).toEqual([1, 1]);
      expect(sizes(mail, finish('a'))).toEqual([1, 1]);
      expect(sizes(start('b'), mail, send('a'), park('c'))).toEqual([4]);
    }
  });

  test('holds nothing behind the close of a stream, and anything before it', () => {
    expect(sizes(write('a'), write('a'), close('a'), write('b'))).toEqual([4]);
    expect(sizes(close('a'), write('a'))).toEqual([1, 1]);
    expect(sizes(close('a'), close('a'))).toEqual([1, 1]);
  });

  test('ends at the first clash, though later entries would fit: the order stays', () => {
    expect(sizes(finish('a'), finish('a'), step('b'))).toEqual([1, 2]);
  });

  test('a run that would signal itself does not hold up the line', () => {
    expect(sizes(finish('a', 'a'), step('b'))).toEqual([2]);
  });

  test('whatever waits leaves in order, and no batch touches a row twice', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const entries = fc.oneof(
      id.map(start),
      id.map(step),
      fc.tuple(id, fc.option(id)).map(([run, parent]) => finish(run, parent === run ? null : parent)),
      id.map(park),
      id.map(release),
    );
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (all, limit) => {
        const waiting = [...all];
        const left: Carrier[] = [];
        while (waiting.length > 0) {
          const batch = take(waiting, { ...NO_LIMIT, entries: limit });
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(limit);
          const touched = batch.map(({ entry }) => touchedRuns(entry));
          const changed = touched.flatMap(({ changes }) => changes ?? []);
          expect(new Set(changed).size).toBe(changed.length);
          for (const { signals } of touched) expect(changed).not.toContain(signals ?? '');
          left.push(...batch);
        }
        expect(left).toEqual(all);
      }),
    );
  });

  test('passes over what belongs to a busy strand, and what follows it in any of its strands', () => {
    const call = (runId: string, target: string): Carrier =>
      carry({ op: 'send', step: { op: 'step', runId }, runId: target } as StoreEntry);
    const waiting = [step('a'), step('b'), call('a', 'c'), send('c'), step('d')];
    const [a, b, toC, alsoToC, d] = waiting;
    expect(takeBatch(waiting, NO_LIMIT, new Set(['a']))).toEqual([b, d]);
    expect(waiting).toEqual([a, toC, alsoToC]);
    expect(take(waiting)).toEqual([a, toC, alsoToC]);
  });

  test('starts in one queue are a strand, beside those in others and in none', () => {
    const queued = (id: string, queue: string | null): Carrier =>
      carry({ op: 'start', run: { id, queue, input: json(2) } as NewRun });
    const waiting = [queued('a', 'mail'), queued('b', 'other'), queued('c', null)];
    const [a, b, c] = waiting;
    expect(takeBatch(waiting, NO_LIMIT, new Set(strandsOf(queued('z', 'mail').entry)))).toEqual([b, c]);
    expect(waiting).toEqual([a]);
  });

  test('whatever is busy, each strand leaves in order and never in two batches at once', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const entries = fc.oneof(
      id.map(step),
      id.map(park),
      fc
        .tuple(id, id)
        .map(([run, target]) =>
          carry({ op: 'send', step: { op: 'step', runId: run }, runId: target } as StoreEntry),
        ),
    );
    const ends = fc.array(fc.nat(2), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 30 }), ends, (all, chosen) => {
        const waiting = [...all];
        const underWay: Carrier[][] = [];
        const left: Carrier[] = [];
        for (const which of [...chosen, ...new Array<number>(100).fill(0)]) {
          if (underWay.length === 3 || waiting.length === 0) left.push(...underWay.splice(which, 1).flat());
          const busy = new Set(underWay.flat().flatMap(({ strands }) => strands));
          const batch = takeBatch(waiting, { ...NO_LIMIT, entries: 4 }, busy);
          for (const { strands } of batch) for (const strand of strands) expect(busy).not.toContain(strand);
          if (batch.length > 0) underWay.push(batch);
          else left.push(...underWay.splice(which, 1).flat());
        }
        expect(left.length).toBe(all.length);
        for (const strand of ['a', 'b', 'c', 'd']) {
          const of = (list: Carrier[]): Carrier[] => list.filter(({ strands }) => strands.includes(strand));
          expect(of(left)).toEqual(of(all));
        }
      }),
    );
  });
});
