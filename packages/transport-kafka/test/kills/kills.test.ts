import { test } from 'vitest';
import { onBroker } from '../support/kafka.js';
import { PLAYS, type Play, perform, titleOf } from './plays.js';

// Each takes seconds, most of which the broker waits for a dead consumer. `pnpm test:kills` plays all of them.
const SHORT: readonly Play[] = [
  { form: 'starting', point: 'advanced', spared: 1 },
  { form: 'handling', point: 'handled', spared: 3 },
  { form: 'handling', point: 'rejoined', spared: 1 },
];

onBroker('a consumer that is killed', () => {
  for (const play of process.env['MODE'] === 'kills' ? PLAYS : SHORT) {
    test(titleOf(play), () => perform(play), 120_000);
  }
});
