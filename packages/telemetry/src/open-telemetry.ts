import type { Telemetry } from '@holdfast/core/adapter';
import { metrics as globalMetrics, type MeterProvider, type TracerProvider, trace } from '@opentelemetry/api';
import { Metrics } from './metrics/metrics.js';
import { otelSink } from './metrics/otel-sink.js';
import type { MetricSink } from './metrics/sink.js';
import { contextToCarry } from './traces/carried-context.js';
import { RunSpans } from './traces/run-spans.js';
import { startSpan } from './traces/start-span.js';

/** The name under which spans and metrics are made. */
const SCOPE = '@holdfast/telemetry';

/** How often the store is asked how many runs there are, at most. */
const STORE_EVERY_MS = 15_000;

/** Where {@link openTelemetry} takes things to. */
export interface OpenTelemetryOptions {
  /** Default: the one that is registered globally, whenever that is. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the one that is registered globally when the first metric is made. */
  readonly meterProvider?: MeterProvider;
  /** Takes the metrics in place of a meter: `prometheusMetrics()`. */
  readonly metrics?: MetricSink;
  /** For tests: how often the store is asked for what gauges show, at most, in milliseconds. Default 15 seconds. */
  readonly storeEveryMs?: number;
}

/**
 * Makes runs visible to OpenTelemetry, through its API: which SDK takes the spans and metrics, and where they go, is the
 * program's to say. Where none is registered, nothing happens.
 *
 * @example const app = new Holdfast({ store, workflows: [checkout], telemetry: openTelemetry() });
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const { tracerProvider = trace, meterProvider = globalMetrics, storeEveryMs = STORE_EVERY_MS } = options;
  const tracer = tracerProvider.getTracer(SCOPE);
  let metrics: Metrics | undefined;
  const metered = (): Metrics => {
    metrics ??= new Metrics(options.metrics ?? otelSink(meterProvider.getMeter(SCOPE)), storeEveryMs);
    return metrics;
  };
  return {
    starting: (start) => startSpan(tracer, start, metered()),
    takenUp: (run) => new RunSpans(tracer, run, metered()),
    sending: () => contextToCarry(),
    launched: (app) => metered().launched(app),
    committed: (batch) => metered().committed(batch),
    claimed: (claim) => metered().claimed(claim),
    freed: (runs) => metered().freed(runs),
  };
}
