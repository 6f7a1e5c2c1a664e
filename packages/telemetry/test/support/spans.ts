import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';

/** Has a program take traces, as one that uses an OpenTelemetry SDK does. */
export function takeTraces(exporter: SpanExporter): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
}

/** Takes no more traces. */
export function takeNoTraces(): void {
  context.disable();
  propagation.disable();
  trace.disable();
}

/** The spans of this process that have ended, by what tests ask about them. */
export class Spans {
  readonly exporter = new InMemorySpanExporter();

  get all(): readonly ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** The spans of this name, in the order in which they ended. */
  named(name: string): readonly ReadableSpan[] {
    return this.all.filter((span) => span.name === name);
  }

  /** The one span of this name. */
  one(name: string): ReadableSpan {
    const [span, ...more] = this.named(name);
    if (span && more.length === 0) return span;
    throw new Error(
      `${more.length + (span ? 1 : 0)} spans are named "${name}" of ${this.names().join(', ')}`,
    );
  }

  names(): string[] {
    return this.all.map(({ name }) => name).sort();
  }
}

/** The id of a span, and of the one that it hangs on. */
export function idOf(span: ReadableSpan): string {
  return span.spanContext().spanId;
}

export function parentOf(span: ReadableSpan): string | undefined {
  return span.parentSpanContext?.spanId;
}

export function traceOf(span: ReadableSpan): string {
  return span.spanContext().traceId;
}
