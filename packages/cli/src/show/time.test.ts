import { expect, test } from 'vitest';
import { agoText, durationText } from './time.js';

test.each([
  [0, '0 ms'],
  [-5, '0 ms'],
  [237, '237 ms'],
  [1200, '1.2 s'],
  [12_400, '12 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [3 * 86_400_000, '3 d'],
  [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
])('%d milliseconds are said as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [200, 'now'],
  [59_600, '1 min ago'],
  [125_000, '2 min ago'],
  [-(3 * 86_400_000 - 50), 'in 3 d'],
  [86_400_000 * 400, '400 d ago'],
])('%d milliseconds later a moment was %s', (ms, text) => {
  expect(agoText(new Date(1_000_000_000_000 - ms), 1_000_000_000_000)).toBe(text);
});
