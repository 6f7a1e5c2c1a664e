import type { SeenTrace, TraceContext } from '@holdfast/core/adapter';
import {
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

/**
 * What of a context travels on: what the program's propagator makes of it. Without a propagator, what W3C says of its span.
 * Undefined if there is nothing.
 */
export function contextToCarry(from: Context = context.active()): TraceContext | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(from, carrier);
  const span = trace.getSpanContext(from);
  if (Object.keys(carrier).length === 0 && span && isSpanContextValid(span)) return w3c(span);
  return Object.keys(carrier).length > 0 ? carrier : undefined;
}

/** The context that a run or a message came with. */
export function carriedContext(carried: TraceContext | undefined): Context {
  if (!carried) return ROOT_CONTEXT;
  const extracted = propagation.extract(ROOT_CONTEXT, carried);
  if (trace.getSpanContext(extracted)) return extracted;
  const span = fromW3c(carried);
  return span ? trace.setSpanContext(extracted, span) : extracted;
}

/**
 * The context that all spans of a run hang on, wherever and however often it is taken up: what it was recorded with.
 * One that was recorded without has a trace of its own, whose id is its key, so that everybody comes to the same.
 */
export function contextOfRun({ key, traceContext }: Pick<SeenTrace, 'key' | 'traceContext'>): Context {
  const carried = carriedContext(traceContext);
  return trace.getSpanContext(carried) ? carried : trace.setSpanContext(carried, derived(key));
}

/** The span that a run's spans hang on. */
export function spanOfRun(run: Pick<SeenTrace, 'key' | 'traceContext'>): SpanContext {
  return trace.getSpanContext(contextOfRun(run))!;
}

function derived(key: string): SpanContext {
  const traceId = key.replaceAll('-', '');
  return { traceId, spanId: traceId.slice(-16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

function w3c({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  const traceparent = `00-${traceId}-${spanId}-${flags}`;
  const tracestate = traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}

function fromW3c({ traceparent = '', tracestate }: TraceContext): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const span = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  if (!isSpanContextValid(span)) return undefined;
  return tracestate === undefined ? span : { ...span, traceState: createTraceState(tracestate) };
}
