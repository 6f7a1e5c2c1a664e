import { describe, expect, test } from 'vitest';
import type { AttemptWatch, RunWatch, Telemetry } from '../src/adapter.js';
import { type Logger, sleep, step } from '../src/index.js';
import { bench } from './support/bench.js';
import { eventually } from './support/signals.js';

/** What a watched app tells, in short words, and what it is told to carry. */
function memo() {
  const seen: string[] = [];
  const attempt = (name: string): AttemptWatch => ({
    within: (work) => work(),
    triedAgain: () => seen.push(`${name} again`),
    executed: ({ ok }) => seen.push(`${name} ${ok ? 'done' : 'failed'}`),
    recorded: (retryInMs) =>
      seen.push(retryInMs === undefined ? `${name} recorded` : `${name} to be retried`),
  });
  const run: RunWatch = {
    within: (work) => work(),
    attempt: ({ name, attempt: n }) => {
      seen.push(`${name} ${n}`);
      return attempt(name);
    },
    called: ({ kind, name }) => seen.push(kind === name ? kind : `${kind} ${name}`),
    left: ({ kind }) => seen.push(kind),
  };
  const telemetry: Telemetry = {
    starting: ({ workflow }) => {
      seen.push(`starting ${workflow}`);
      return { traceContext: { traceparent: `of ${workflow}` }, ended: (how) => seen.push(how) };
    },
    takenUp: ({ epoch, traceContext }) => {
      seen.push(`taken up ${epoch} ${traceContext?.['traceparent']}`);
      return run;
    },
    sending: () => undefined,
    launched: () => () => seen.push('closed'),
    committed: () => {},
    claimed: () => {},
    freed: (runs) => seen.push(`freed ${runs}`),
  };
  return { seen, telemetry };
}

function listening(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const tell = (fields: object, message: string): void => {
    lines.push(`${message}: ${(fields as { what?: string }).what}`);
  };
  return { lines, debug: () => {}, info: () => {}, warn: tell, error: tell };
}

describe('what telemetry sees', () => {
  test('is what happens, once: a replay tells nothing again', async () => {
    const { workflow, launch, kill } = await bench();
    const { seen, telemetry } = memo();
    let isStuck = true;
    const job = workflow('job', async () => {
      await step.run('first', () => 1);
      await step.run('second', () => (isStuck ? new Promise<never>(() => {}) : 2));
    });
    const first = await launch({ telemetry });
    const { id } = await first.start(job, []);
    await eventually(() => seen.includes('second 1'));
    await kill(first);
    isStuck = false;
    seen.length = 0;
    const heir = await launch({ telemetry });
    await heir.handle(id).result();
    await eventually(() => seen.includes('succeeded'));
    expect(seen).toEqual(['taken up 2 of job', 'second 1', 'second done', 'second recorded', 'succeeded']);
  });

  test('is each attempt, each wait, and how it all ended', async () => {
    const { workflow, launch } = await bench();
    const { seen, telemetry } = memo();
    let tries = 0;
    const flaky = step(
      'flaky',
      () => {
        if (++tries === 1) throw new Error('no');
      },
      { retry: { attempts: 2, initial: 1 } },
    );
    const job = workflow('job', async () => {
      await flaky();
      await sleep(1);
      throw new Error('for good');
    });
    const app = await launch({ telemetry });
    await expect((await app.start(job, [])).result()).rejects.toThrow('for good');
    await app.shutdown();
    expect(seen.filter((what) => what !== 'new')).toEqual([
      'starting job',
      'taken up 1 of job',
      'flaky 1',
      'flaky failed',
      'flaky to be retried',
      'flaky 2',
      'flaky done',
      'flaky recorded',
      'sleep',
      'failed',
      'closed',
    ]);
  });

  test('is that a run is set aside, without having been executed', async () => {
    const { workflow, launch, kill } = await bench();
    const { seen, telemetry } = memo();
    const deadly = workflow('deadly', () => step.run('die', () => new Promise<never>(() => {})));
    let isStarted = false;
    for (let deaths = 0; deaths < 20 && !seen.includes('failed'); deaths++) {
      seen.length = 0;
      const victim = await launch({ telemetry });
      if (!isStarted) await victim.start(deadly, []);
      isStarted = true;
      await eventually(() => seen.includes('die 1') || seen.includes('failed'));
      if (!seen.includes('failed')) await kill(victim);
    }
    expect(seen).toEqual([expect.stringMatching(/^taken up \d+ of deadly$/), 'failed']);
  });
});

describe('telemetry that throws', () => {
  const broken = (): never => {
    throw new Error('telemetry is broken');
  };

  test('wherever it does so, changes nothing of a run, and is said to the logger', async () => {
    const { workflow, launch } = await bench();
    const telemetry: Telemetry = {
      starting: broken,
      takenUp: broken,
      sending: broken,
      launched: broken,
      committed: broken,
      claimed: broken,
      freed: broken,
    };
    const logger = listening();
    const job = workflow('job', (n: number) => step.run('work', () => n + 1));
    const app = await launch({ telemetry, logger });
    expect(await (await app.start(job, [1])).result()).toBe(2);
    for (const what of ['starting', 'takenUp', 'launched', 'committed']) {
      expect(logger.lines).toContain(`telemetry failed; runs go on without: ${what}`);
    }
  });

  test.each([
    ['before', (work: () => unknown) => broken() ?? work()],
    ['after', (work: () => unknown) => [work(), broken()]],
    ['instead of', () => undefined],
    ['twice around', (work: () => unknown) => [work(), work()]],
  ])('%s a step has it executed once all the same', async (_, within) => {
    const { workflow, launch } = await bench();
    const watch = { within: within as RunWatch['within'] };
    const attempt: AttemptWatch = { ...watch, triedAgain: broken, executed: broken, recorded: broken };
    const run: RunWatch = { ...watch, attempt: () => attempt, called: broken, left: broken };
    const telemetry: Telemetry = {
      ...memo().telemetry,
      starting: () => ({ traceContext: undefined, ended: broken }),
      takenUp: () => run,
    };
    let [bodies, steps] = [0, 0];
    const job = workflow('job', async () => {
      bodies += 1;
      return step.run('work', () => ++steps);
    });
    const app = await launch({ telemetry });
    expect(await (await app.start(job, [])).result()).toBe(1);
    expect([bodies, steps]).toEqual([1, 1]);
  });

  test('in the step itself, is the step that failed', async () => {
    const { workflow, launch } = await bench();
    const job = workflow('job', () =>
      step.run('work', () => {
        throw new Error('of the step');
      }),
    );
    const logger = listening();
    const app = await launch({ telemetry: memo().telemetry, logger });
    await expect((await app.start(job, [])).result()).rejects.toThrow('of the step');
    expect(logger.lines).toEqual([]);
  });
});
