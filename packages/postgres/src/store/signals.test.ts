import type { Signal } from '@holdfast/core/internal';
import { describe, expect, test } from 'vitest';
import { fromPayload, toPayloads, wordOfWork } from './signals.js';

describe('a signal', () => {
  test.each<Signal>([
    { kind: 'work' },
    { kind: 'peers' },
    { kind: 'finished', runIds: ['a', `"\\'é🚀`] },
    { kind: 'cancelled', runIds: ['b'] },
    { kind: 'message', runIds: ['c'] },
    { kind: 'event', runIds: ['d'] },
    { kind: 'stream', runIds: ['e'] },
  ])('of $kind arrives as it was sent', (signal) => {
    const payloads = toPayloads([signal], 'me');
    expect(payloads.map(fromPayload)).toEqual([{ origin: 'me', signal }]);
  });

  test('of many runs is cut into payloads that Postgres takes, and no run is left out', () => {
    const runIds = Array.from({ length: 500 }, (_, n) => `${n}-${'🚀"'.repeat(n % 120)}`);
    const payloads = toPayloads([{ kind: 'finished', runIds }], 'a8098c1a-f86e-11da-bd1a-00112444be1e');
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8000);
    const heard = payloads.flatMap((payload) => {
      const received = fromPayload(payload)!.signal;
      return 'runIds' in received ? received.runIds : [];
    });
    expect(heard).toEqual(runIds);
  });

  test('of no runs is not sent', () => {
    expect(toPayloads([{ kind: 'finished', runIds: [] }], 'me')).toEqual([]);
  });

  test('from nobody in particular says that there is work', () => {
    expect(fromPayload(wordOfWork())).toEqual({ origin: undefined, signal: { kind: 'work' } });
  });

  test.each(['', 'hello', 'null', '[]', '5', '{}', '{"k":"finished"}', '{"k":"of tomorrow","r":[]}'])(
    'is not read from what is none: %j',
    (payload) => {
      expect(fromPayload(payload)).toBeUndefined();
    },
  );
});
