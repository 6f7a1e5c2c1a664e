import type { Telemetry } from '@holdfast/core/adapter';
import { type TracerProvider, trace } from '@opentelemetry/api';
import { contextToCarry } from './carried-context.js';
import { RunSpans } from './run-spans.js';
import { startSpan } from './start-span.js';

/** The name under which spans and metrics are made. */
const SCOPE = '@holdfast/telemetry';

/** Where {@link openTelemetry} gets its tracer from. */
export interface OpenTelemetryOptions {
  /** Default: the one that is registered globally, whenever that is. */
  readonly tracerProvider?: TracerProvider;
}

/**
 * Makes runs visible to OpenTelemetry, through its API: which SDK takes the spans, and where they go, is the program's to
 * say. Where none is registered, nothing happens.
 *
 * @example const app = new Holdfast({ store, workflows: [checkout], telemetry: openTelemetry() });
 */
export function openTelemetry({ tracerProvider = trace }: OpenTelemetryOptions = {}): Telemetry {
  const tracer = tracerProvider.getTracer(SCOPE);
  return {
    starting: (start) => startSpan(tracer, start),
    takenUp: (run) => new RunSpans(tracer, run),
    sending: () => contextToCarry(),
  };
}
