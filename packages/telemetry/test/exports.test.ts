import { expect, test } from 'vitest';
import * as index from '../src/index.js';
import * as prometheus from '../src/prometheus.js';

test('@holdfast/telemetry', () => {
  expect(Object.keys(index).sort()).toMatchInlineSnapshot(`
    [
      "monitor",
      "openTelemetry",
      "tracedLogger",
    ]
  `);
});

test('@holdfast/telemetry/prometheus', () => {
  expect(Object.keys(prometheus).sort()).toMatchInlineSnapshot(`
    [
      "prometheusMetrics",
    ]
  `);
});
