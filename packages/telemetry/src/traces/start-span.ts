import type { SeenStart, SeenStarting } from '@holdfast/core/adapter';
import { context, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import type { Metrics } from '../metrics/metrics.js';
import { startAttributes } from './attributes.js';
import { contextToCarry, spanOfRun } from './carried-context.js';
import { failed } from './failure.js';

/** The span of a start, in the trace of whoever starts the run: all spans of the run hang on it. */
export function startSpan(tracer: Tracer, start: SeenStart, metrics: Metrics): SeenStarting {
  const { workflow, schedule, forkOf } = start;
  // Ticks are looked for in whatever context the app was launched in.
  const parent = schedule === null ? context.active() : ROOT_CONTEXT;
  const span = tracer.startSpan(
    `${forkOf ? 'fork' : 'start'} ${workflow}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: startAttributes(start),
      ...(forkOf && { links: [{ context: spanOfRun(forkOf) }] }),
    },
    parent,
  );
  return {
    traceContext: contextToCarry(trace.setSpan(parent, span)),
    ended(how, error) {
      metrics.started(start, how);
      span.setAttribute('holdfast.start.outcome', how);
      if (how === 'refused') failed(span, error);
      span.end();
    },
  };
}
