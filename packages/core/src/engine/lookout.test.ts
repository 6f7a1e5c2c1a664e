import { describe, expect, test, vi } from 'vitest';
import type { EngineDeps } from './deps.js';
import { silentLogger } from './logger.js';
import { Lookout, type Watcher } from './lookout.js';

const PAUSES = { hearing: { firstMs: 100, longestMs: 200 }, deaf: { firstMs: 10, longestMs: 20 } };

/** A lookout whose clock and store the test moves by hand. */
function lookout(answer: (question: string) => string = () => 'no') {
  let nowMs = 0;
  let timer: { readonly atMs: number; readonly fire: () => void } | undefined;
  const asked: string[][] = [];
  let failures = 0;
  const clock = {
    now: () => nowMs,
    at(atMs: number, fire: () => void) {
      const set = { atMs, fire };
      timer = set;
      return () => {
        if (timer === set) timer = undefined;
      };
    },
  };
  const deps = { clock, logger: silentLogger } as unknown as EngineDeps;
  const made = new Lookout<string, string>(
    deps,
    async (questions) => {
      asked.push([...questions]);
      if (failures-- > 0) throw new Error('out of reach');
      return questions.map(answer);
    },
    PAUSES,
  );
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    made,
    asked,
    settled,
    fail(times: number) {
      failures = times;
    },
    get nextMs(): number | undefined {
      return timer?.atMs;
    },
    async passTo(atMs: number) {
      nowMs = atMs;
      const due = timer;
      timer = undefined;
      due?.fire();
      await settled();
    },
  };
}

/** Somebody who asks for their own name, until the answer is yes. */
function watcher(runId: string, name = runId): Watcher<string, string> & { readonly told: string[] } {
  const told: string[] = [];
  return {
    runId,
    told,
    question: () => name,
    found: (answer) => told.push(answer) > 0 && answer === 'yes',
    fail: (error) => void told.push((error as Error).message),
  };
}

describe('a lookout', () => {
  test('looks at once for somebody new and for all of the same run, and not for others', async () => {
    const { made, asked, settled } = lookout();
    made.add(watcher('a', 'a1'));
    await settled();
    made.add(watcher('b'));
    await settled();
    made.add(watcher('a', 'a2'));
    await settled();
    expect(asked).toEqual([['a1'], ['b'], ['a1', 'a2']]);
  });

  test('looks for those of whose runs there is word', async () => {
    const { made, asked, settled } = lookout();
    for (const id of ['a', 'b', 'c']) made.add(watcher(id));
    await settled();
    asked.splice(0);
    made.heard(['c', 'a', 'unknown']);
    await settled();
    made.heard();
    await settled();
    made.heard(['unknown']);
    await settled();
    expect(asked).toEqual([
      ['a', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  test('looks again after growing pauses, for as long as nothing is found', async () => {
    let answer = 'no';
    const here = lookout(() => answer);
    const one = watcher('a');
    here.made.add(one);
    await here.settled();
    const pauses: number[] = [];
    for (let nowMs = 0; pauses.length < 4; nowMs = here.nextMs ?? nowMs) {
      if (pauses.length > 0 || nowMs > 0) await here.passTo(nowMs);
      pauses.push(here.nextMs! - nowMs);
    }
    expect(pauses).toEqual([10, 16, 20, 20]);
    answer = 'yes';
    await here.passTo(here.nextMs!);
    expect(one.told.at(-1)).toBe('yes');
    expect(here.nextMs).toBeUndefined();
  });

  test('looks less often where it hears', async () => {
    const here = lookout();
    here.made.hears = true;
    here.made.add(watcher('a'));
    await here.settled();
    expect(here.nextMs).toBe(100);
  });

  test('does not look for who has left, and tells them nothing', async () => {
    const { made, asked, settled } = lookout();
    const one = watcher('a');
    const forget = made.add(one);
    forget();
    forget();
    await settled();
    made.heard(['a']);
    await settled();
    expect(asked).toEqual([['a']]);
    expect(one.told).toEqual([]);
  });

  test('looks again when a look failed', async () => {
    const here = lookout(() => 'yes');
    here.fail(1);
    const one = watcher('a');
    here.made.add(one);
    await here.settled();
    expect(one.told).toEqual([]);
    await here.passTo(here.nextMs!);
    expect(one.told).toEqual(['yes']);
  });

  test('rechecks: resolves when a look that began later has been answered, though one fails', async () => {
    const here = lookout();
    const one = watcher('a');
    here.made.add(one);
    await here.settled();
    here.fail(1);
    const done = vi.fn();
    const rechecked = here.made.recheck('a').then(done);
    await here.settled();
    expect(done).not.toHaveBeenCalled();
    await here.passTo(here.nextMs!);
    await rechecked;
    expect(one.told).toEqual(['no', 'no']);
    await here.made.recheck('nobody waits for this one');
  });

  test('tells everybody that there is no point when it fails', async () => {
    const { made, settled, asked } = lookout();
    const [one, two] = [watcher('a'), watcher('b')];
    made.add(one);
    made.add(two);
    await settled();
    made.fail(new Error('shut down'));
    made.heard();
    await settled();
    expect([one.told.at(-1), two.told.at(-1)]).toEqual(['shut down', 'shut down']);
    expect(asked.flat()).toHaveLength(2);
  });
});
