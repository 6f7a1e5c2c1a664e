import { describe, expect, it, vi } from 'vitest';
import { PLAIN_TERMS } from '../src/adapter.js';
import { HoldfastError } from '../src/errors/index.js';
import {
  type MemoryFaults,
  type MemoryStore,
  type MemoryStoreOptions,
  memoryStore,
} from '../src/memory/index.js';
import type { NewRun, Signal, StartEntry, StepEntry, Store, StoreListener } from '../src/store/index.js';
import type { Clock } from '../src/time/index.js';

// What every store must do is in packages/conformance. Here is what only this one does.

const LEASE_MS = 10_000;
const SERVES = [{ workflow: 'checkout', version: '1' }];

class ManualClock implements Clock {
  nowMs = 1_750_000_000_000;

  now(): number {
    return this.nowMs;
  }

  at(): () => void {
    throw new Error('a store sets no timers');
  }
}

async function opened(options?: MemoryStoreOptions): Promise<MemoryStore> {
  const store = memoryStore(options);
  await store.open();
  return store;
}

function start(id: string, changes: Partial<NewRun> = {}): StartEntry {
  const run: NewRun = {
    ...PLAIN_TERMS,
    id,
    key: `key of ${id}`,
    workflow: 'checkout',
    version: '1',
    input: { json: '[]', extra: null },
    tags: null,
    executorId: null,
    delayMs: 0,
    startedAtMs: null,
    parentId: null,
    traceContext: null,
    ...changes,
  };
  return { op: 'start', run };
}

function step(runId: string): StepEntry {
  return {
    op: 'step',
    runId,
    epoch: 1,
    seq: 0,
    ordinal: 1,
    kind: 'step',
    name: 'charge card',
    attempt: 1,
    output: { json: '1', extra: null },
    error: null,
    retryAtMs: null,
    startedAtMs: 1,
    completedAtMs: 2,
    childId: null,
  };
}

function ear(): StoreListener & { readonly heard: Signal[]; readonly lost: string[] } {
  const [heard, lost]: [Signal[], string[]] = [[], []];
  return {
    heard,
    lost,
    signal: (signal) => heard.push(signal),
    peerLost: (id) => lost.push(id),
    missedSignals: () => {},
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const register = (store: Store, id: string) => store.register({ id, host: 'here', pid: 1 }, LEASE_MS);

describe('the memory store', () => {
  it('shares no database with anybody', async () => {
    const store = await opened();
    expect(store.name).toBe('memory');
    expect(store.location).toBeUndefined();
  });

  it('gives records that nobody can change', async () => {
    const store = await opened();
    await store.commit([start('a', { executorId: 'x', startedAtMs: 1 })]);
    await store.commit([step('a')]);
    const [run, steps, journals] = await Promise.all([store.run('a'), store.steps('a'), store.load(['a'])]);
    for (const record of [run, run!.input, steps[0], steps[0]!.output, journals.get('a')![0]]) {
      expect(Object.isFrozen(record)).toBe(true);
    }
  });

  it('keeps texts, not the objects that carried them', async () => {
    const store = await opened();
    const input = { json: '[1]', extra: null };
    await store.commit([start('a', { input })]);
    input.json = '[2]';
    const { runs } = await store.claim({ executorId: 'x', serves: SERVES, limit: 1 });
    expect(runs[0]!.input).toEqual({ json: '[1]', extra: null });
    expect(runs[0]!.input).not.toBe(input);
  });

  it('answers in a later turn of the event loop', async () => {
    const store = await opened();
    const seen: string[] = [];
    const commit = store.commit([start('a')]).then(() => seen.push('answer'));
    for (let tick = 0; tick < 20; tick++) await Promise.resolve();
    seen.push('microtasks');
    await commit;
    expect(seen).toEqual(['microtasks', 'answer']);
  });

  it('shows nothing of a commit before its turn', async () => {
    const store = await opened();
    const look = store.run('a');
    const commit = store.commit([start('a')]);
    expect(await look).toBeUndefined();
    await commit;
    expect(await store.run('a')).toMatchObject({ state: 'pending' });
  });
});

describe('the clock of a memory store', () => {
  it('decides when a run is due', async () => {
    const clock = new ManualClock();
    const store = await opened({ clock });
    await store.commit([start('a', { delayMs: 86_400_000 })]);
    const claim = () => store.claim({ executorId: 'x', serves: SERVES, limit: 1 });
    expect(await claim()).toEqual({ runs: [], nextDueInMs: 86_400_000, isHeldBack: false });
    clock.nowMs += 86_399_999;
    expect(await claim()).toEqual({ runs: [], nextDueInMs: 1, isHeldBack: false });
    clock.nowMs += 1;
    expect((await claim()).runs).toMatchObject([{ id: 'a', startedAtMs: clock.nowMs }]);
  });

  it('decides when a lease lapses', async () => {
    const clock = new ManualClock();
    const store = await opened({ clock });
    await register(store, 'a');
    await register(store, 'b');
    await store.commit([start('run', { executorId: 'a', startedAtMs: 1 })]);
    clock.nowMs += LEASE_MS - 1;
    expect(await store.renew('b', LEASE_MS)).toEqual({
      isAlive: true,
      nowMs: clock.nowMs,
      peers: 1,
      lapsed: 0,
      hasNews: false,
    });
    expect(await store.bury(null)).toBe(0);
    clock.nowMs += 1;
    expect(await store.renew('b', LEASE_MS)).toEqual({
      isAlive: true,
      nowMs: clock.nowMs,
      peers: 0,
      lapsed: 1,
      hasNews: false,
    });
    expect(await store.bury(null)).toBe(1);
    expect(await store.renew('a', LEASE_MS)).toMatchObject({ isAlive: false });
  });

  it('may tell fractions of a millisecond, which are not recorded', async () => {
    const clock = new ManualClock();
    clock.nowMs += 0.7;
    const store = await opened({ clock });
    await store.commit([start('a', { delayMs: 0.5 })]);
    expect(await store.run('a')).toMatchObject({
      createdAtMs: 1_750_000_000_000,
      wakeAtMs: 1_750_000_000_001,
    });
  });
});

describe('the handles of a memory store', () => {
  it('share the data and nothing else', async () => {
    const store = await opened();
    const other = store.another();
    await expect(other.run('a')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await other.open();
    await store.commit([start('a')]);
    await store.close();
    await expect(store.run('a')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(await other.run('a')).toMatchObject({ state: 'pending' });
  });

  it('may have several users, and is closed when the last has left', async () => {
    const store = await opened();
    await store.open();
    await store.close();
    expect(await store.run('a')).toBeUndefined();
    await store.close();
    await expect(store.run('a')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  it('may be closed more often than they were opened', async () => {
    const store = await opened();
    await store.close();
    await store.close();
    await store.open();
    expect(await store.run('a')).toBeUndefined();
  });

  it('can be opened again, and find what was there', async () => {
    const store = await opened();
    await store.commit([start('a')]);
    await store.close();
    await store.open();
    expect(await store.run('a')).toMatchObject({ state: 'pending' });
  });
});

describe('the audience of a memory store', () => {
  it('hears in a later turn what is announced, also who speaks on the same handle', async () => {
    const store = await opened();
    const [a, b] = [ear(), ear()];
    await store.attend('a', a);
    await store.attend('b', b);
    const announced = store.announce([{ kind: 'finished', runIds: ['run'] }]);
    expect(b.heard).toEqual([]);
    await announced;
    await vi.waitFor(() =>
      expect([a.heard, b.heard]).toEqual([a, b].map(() => [{ kind: 'finished', runIds: ['run'] }])),
    );
  });

  it('hears nothing any more once it has left', async () => {
    const store = await opened();
    const gone = ear();
    const attendance = await store.attend('a', gone);
    await store.announce([{ kind: 'work' }]);
    await attendance.close();
    await turn();
    expect(gone.heard).toEqual([]);
  });

  it('learns that an executor left without signing off', async () => {
    const store = await opened();
    const other = store.another();
    await other.open();
    const witness = ear();
    await register(store, 'a');
    await register(store, 'b');
    await other.attend('b', witness);
    const attendance = await store.attend('a', ear());
    await attendance.close();
    await vi.waitFor(() => expect(witness.lost).toEqual(['a']));
  });

  it('learns nothing of an executor that signed off', async () => {
    const store = await opened();
    const witness = ear();
    await register(store, 'a');
    await store.attend('b', witness);
    const attendance = await store.attend('a', ear());
    await store.retire('a');
    await attendance.close();
    await turn();
    await turn();
    expect(witness.lost).toEqual([]);
  });
});

describe('the faults of a memory store', () => {
  const unavailable = new HoldfastError('STORE_UNAVAILABLE', 'cut off');

  it('can fail a commit before anything is written', async () => {
    const beforeCommit = vi.fn<NonNullable<MemoryFaults['beforeCommit']>>().mockImplementationOnce(() => {
      throw unavailable;
    });
    const store = await opened({ faults: { beforeCommit } });
    const entry = start('a');
    await expect(store.commit([entry])).rejects.toBe(unavailable);
    expect(await store.run('a')).toBeUndefined();
    expect(await store.commit([entry])).toEqual([{ kind: 'written' }]);
    expect(beforeCommit).toHaveBeenLastCalledWith([entry]);
  });

  it('can lose the acknowledgement of a commit', async () => {
    const afterCommit = vi.fn(async () => {}).mockRejectedValueOnce(unavailable);
    const store = await opened({ faults: { afterCommit } });
    await expect(store.commit([start('a')])).rejects.toBe(unavailable);
    expect(await store.run('a')).toMatchObject({ state: 'pending' });
    expect(await store.commit([start('a')])).toEqual([{ kind: 'written' }]);
  });

  it('can hold a commit back', async () => {
    let go: () => void = () => {};
    const store = await opened({
      faults: { beforeCommit: () => new Promise<void>((resolve) => (go = resolve)) },
    });
    const commit = store.commit([start('a')]);
    await turn();
    expect(await store.run('a')).toBeUndefined();
    go();
    expect(await commit).toEqual([{ kind: 'written' }]);
  });

  it('concern one handle only', async () => {
    const store = await opened();
    const other = store.another({
      faults: {
        beforeCommit: () => {
          throw unavailable;
        },
      },
    });
    await other.open();
    await expect(other.commit([start('a')])).rejects.toBe(unavailable);
    expect(await store.commit([start('a')])).toEqual([{ kind: 'written' }]);
  });

  it('are worth another try when they say so', async () => {
    const store = await opened();
    expect(store.isTransient(unavailable)).toBe(true);
    expect(store.isTransient(Object.assign(new Error('cut off'), { code: 'STORE_UNAVAILABLE' }))).toBe(true);
    expect(store.isTransient(new HoldfastError('STORE_CLOSED', 'closed'))).toBe(false);
  });
});

describe('what a memory store refuses', () => {
  const bad: Readonly<Record<string, StartEntry | StepEntry>> = {
    'input is not JSON': start('bad', { input: { json: 'nope', extra: null } }),
    "input's extra is not JSON": start('bad', { input: { json: '1', extra: '[' } }),
    'tags is not JSON': start('bad', { tags: '{' }),
    'workflow contains a NUL character': start('bad', { workflow: 'a\0b' }),
    'an executor and a start time go together': start('bad', { executorId: 'x' }),
    'delayMs is not a number': start('bad', { delayMs: Number.NaN }),
    'an outcome is an output or an error': { ...step('good'), output: null },
    'an outcome has a time': { ...step('good'), completedAtMs: null },
    'seq is not a number': { ...step('good'), seq: Number.POSITIVE_INFINITY },
  };

  for (const [flaw, entry] of Object.entries(bad)) {
    it(`is an entry of which it can say: ${flaw}`, async () => {
      const store = await opened();
      await store.commit([start('good', { executorId: 'x', startedAtMs: 1 })]);
      const outcomes = await store.commit([entry, start('other')]);
      expect(outcomes).toMatchObject([
        { kind: 'refused', error: { code: 'STORE_REFUSED' } },
        { kind: 'written' },
      ]);
      expect(outcomes[0]!.kind === 'refused' && outcomes[0]!.error.message).toContain(flaw);
      expect([await store.run('bad'), await store.steps('good')]).toEqual([undefined, []]);
    });
  }
});
