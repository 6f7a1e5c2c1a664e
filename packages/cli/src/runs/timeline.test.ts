import type { StepView } from '@holdfast/core';
import { expect, test } from 'vitest';
import { coloursFor } from '../terminal/colours.js';
import type { Terminal } from '../terminal/terminal.js';
import { timeline } from './timeline.js';

const START = Date.UTC(2030, 0, 31, 12);

function terminal(columns: number): Terminal {
  const colours = coloursFor({ isTerminal: false, env: {}, isRefused: true });
  return { columns, colours, now: () => START + 100_000 } as Terminal;
}

function call(
  seq: number,
  fromMs: number,
  toMs: number | undefined,
  changes: Partial<StepView> = {},
): StepView {
  return {
    seq,
    ordinal: toMs === undefined ? undefined : seq,
    kind: 'step',
    name: `step ${seq}`,
    attempt: 1,
    epoch: 1,
    output: toMs === undefined ? undefined : null,
    error: undefined,
    childId: undefined,
    retryAt: undefined,
    startedAt: new Date(START + fromMs),
    completedAt: toMs === undefined ? undefined : new Date(START + toMs),
    ...changes,
  };
}

const STEPS = [
  call(0, 0, 20_000, { name: 'charge card', attempt: 3 }),
  call(1, 20_000, 60_000, { kind: 'sleep', name: 'sleep' }),
  call(2, 20_000, 45_000, { kind: 'child', name: 'ship', childId: 'order-42.2', output: { at: 'the door' } }),
  call(3, 60_000, 60_005, {
    name: 'a step whose name is longer than there is room for on a screen',
    error: new Error('no\nroom'),
  }),
  call(4, 60_005, undefined, {
    error: new TypeError('busy'),
    attempt: 2,
    retryAt: new Date(START + 130_000),
  }),
  call(5, 80_000, undefined, { kind: 'receive', name: 'approval' }),
];

const RUN = { startedAt: new Date(START), completedAt: undefined };

test('a timeline shows when in the run each call was, and what became of it, on 80 columns', () => {
  expect(`\n${timeline(STEPS, RUN, terminal(80), { outputs: true })}`).toMatchInlineSnapshot(`
    "
      0 ✓ charge card                         20 s  ██████
          = null
          3 attempts
      1 ✓ sleep                               40 s        ████████████
          = null
      2 ✓ child ship                          25 s        ███████▌
          → run order-42.2
          = { at: 'the door' }
      3 ✗ a step whose name is longer…        5 ms                    ▏
          Error: no\\nroom
          = null
      4 ↻ step 4                              40 s                    ████████████
          TypeError: busy
          attempt 2 failed, the next one in 30 s
      5 … receive approval                    20 s                          ██████
    "
  `);
});

test('and on 120', () => {
  expect(`\n${timeline(STEPS, RUN, terminal(120))}`).toMatchInlineSnapshot(`
    "
      0 ✓ charge card                                     20 s  ████████
          3 attempts
      1 ✓ sleep                                           40 s          ████████████████
      2 ✓ child ship                                      25 s          ██████████
          → run order-42.2
      3 ✗ a step whose name is longer than there …        5 ms                          ▏
          Error: no\\nroom
      4 ↻ step 4                                          40 s                          ████████████████
          TypeError: busy
          attempt 2 failed, the next one in 30 s
      5 … receive approval                                20 s                                  ████████
    "
  `);
});
