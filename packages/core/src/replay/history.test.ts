import { describe, expect, test } from 'vitest';
import { NonDeterminismError } from '../errors/index.js';
import type { OpenEntry, RecordedEntry } from './entry.js';
import { History } from './history.js';

function recorded(seq: number, name: string, changes: Partial<RecordedEntry> = {}): RecordedEntry {
  const outcome = { ok: true, value: { json: `"${name}"`, extra: null } } as const;
  return {
    state: 'recorded',
    seq,
    ordinal: seq + 1,
    kind: 'step',
    name,
    outcome,
    completedAtMs: 0,
    ...changes,
  };
}

function open(seq: number, name: string): OpenEntry {
  return { state: 'open', seq, kind: 'step', name, attempt: 2, retryAtMs: 5, childId: null };
}

describe('a call', () => {
  test('beyond the journal is new, and numbered on', () => {
    const history = new History('run', []);
    expect(history.call('step', 'a')).toEqual({ known: 'nothing', seq: 0 });
    expect(history.call('sleep', 'sleep')).toEqual({ known: 'nothing', seq: 1 });
  });

  test('gets its recorded outcome', () => {
    const entry = recorded(0, 'a');
    expect(new History('run', [entry]).call('step', 'a')).toEqual({ known: 'outcome', seq: 0, entry });
  });

  test('that began and has no outcome says so', () => {
    const entry = open(0, 'a');
    expect(new History('run', [entry]).call('step', 'a')).toEqual({ known: 'begun', seq: 0, entry });
  });

  test('is matched by its place, in whatever order the journal lies', () => {
    const history = new History('run', [recorded(2, 'c'), recorded(0, 'a')]);
    expect(history.call('step', 'a')).toMatchObject({ known: 'outcome', seq: 0 });
    expect(history.call('step', 'b')).toEqual({ known: 'nothing', seq: 1 });
    expect(history.call('step', 'c')).toMatchObject({ known: 'outcome', seq: 2 });
  });

  test('of the same name is told apart by its place', () => {
    const history = new History('run', [recorded(0, 'a', { ordinal: 2 }), recorded(1, 'a', { ordinal: 1 })]);
    expect(history.call('step', 'a')).toMatchObject({ entry: { ordinal: 2 } });
    expect(history.call('step', 'a')).toMatchObject({ entry: { ordinal: 1 } });
  });

  test('with another name is refused, showing both sides', () => {
    const history = new History('order-42', [recorded(0, 'a'), recorded(1, 'charge')]);
    history.call('step', 'a');
    expect(() => history.call('step', 'refund')).toThrow(
      expect.objectContaining({
        code: 'NON_DETERMINISM',
        message:
          'Run "order-42" recorded step "charge" as call 1, but the code now calls step "refund". ' +
          'Restore the order of calls and resume the run, or fork it from before this call.',
        details: {
          runId: 'order-42',
          seq: 1,
          recorded: { kind: 'step', name: 'charge' },
          called: { kind: 'step', name: 'refund' },
        },
      }),
    );
  });

  test('of another kind is refused though the name is the same', () => {
    const history = new History('run', [recorded(0, 'sleep')]);
    expect(() => history.call('sleep', 'sleep')).toThrow(NonDeterminismError);
  });

  test('that only began is held to its name too', () => {
    expect(() => new History('run', [open(0, 'a')]).call('step', 'b')).toThrow(NonDeterminismError);
  });
});

describe('the ordinals of a journal', () => {
  test('are those of its outcomes', () => {
    const journal = [recorded(0, 'a', { ordinal: 4 }), open(1, 'b'), recorded(2, 'c', { ordinal: 2 })];
    expect(new History('run', journal).ordinals).toEqual([4, 2]);
  });
});

describe('a point where the code was changed', () => {
  const marker = (seq: number, name: string) => recorded(seq, name, { kind: 'patch' });

  test('is new where nothing is recorded ahead', () => {
    expect(new History('run', []).patch('p')).toBe('new');
    const history = new History('run', [recorded(0, 'a')]);
    history.call('step', 'a');
    expect(history.patch('p')).toBe('new');
  });

  test('was passed if anything is recorded ahead, and takes no place then', () => {
    const history = new History('run', [recorded(0, 'a'), recorded(2, 'c')]);
    expect(history.patch('p')).toBe('passed');
    expect(history.call('step', 'a')).toMatchObject({ known: 'outcome', seq: 0 });
    expect(history.patch('p')).toBe('passed');
    expect(history.call('step', 'b')).toMatchObject({ known: 'nothing', seq: 1 });
    expect(history.patch('p')).toBe('passed');
  });

  test('was passed too if only the beginning of a call is recorded ahead', () => {
    expect(new History('run', [open(0, 'a')]).patch('p')).toBe('passed');
  });

  test('is marked where its marker is, and only there', () => {
    const history = new History('run', [marker(0, 'p'), recorded(1, 'a'), marker(2, 'q')]);
    expect(history.patch('q')).toBe('passed');
    expect(history.patch('p')).toBe('marked');
    history.call('patch', 'p');
    expect(history.patch('p')).toBe('passed');
    history.call('step', 'a');
    expect(history.patch('q')).toBe('marked');
  });

  test('whose marker the code does not ask for is another call than was recorded', () => {
    expect(() => new History('run', [marker(0, 'p')]).call('step', 'a')).toThrow(
      'recorded patch "p" as call 0, but the code now calls step "a"',
    );
    expect(new History('run', [marker(0, 'p')]).ended()).toMatchObject({ code: 'NON_DETERMINISM' });
  });
});

describe('the end of the workflow', () => {
  test('is in order when all recorded calls were made', () => {
    const history = new History('run', [recorded(0, 'a')]);
    history.call('step', 'a');
    history.call('step', 'new');
    expect(history.ended()).toBeUndefined();
  });

  test('is in order for a run without a journal', () => {
    expect(new History('run', []).ended()).toBeUndefined();
  });

  test('is refused when recorded calls were not made, naming the first of them', () => {
    const history = new History('run', [recorded(0, 'a'), recorded(2, 'c'), recorded(1, 'b')]);
    history.call('step', 'a');
    expect(history.ended()).toMatchObject({
      code: 'NON_DETERMINISM',
      message: expect.stringContaining(
        'recorded step "b" as call 1, but the code now ends without that call',
      ),
      details: { runId: 'run', seq: 1, recorded: { kind: 'step', name: 'b' }, called: null },
    });
  });

  test('is refused however many recorded calls were not made', () => {
    const journal = Array.from({ length: 300_000 }, (_, seq) => recorded(seq, 'a'));
    expect(new History('run', journal).ended()).toMatchObject({ details: { seq: 0 } });
  });

  test('is refused when a call that only began was not made', () => {
    expect(new History('run', [open(0, 'a')]).ended()).toMatchObject({ details: { seq: 0 } });
  });
});
