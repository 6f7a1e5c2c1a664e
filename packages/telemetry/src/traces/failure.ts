import { type Span, SpanStatusCode } from '@opentelemetry/api';

/** Marks a span as failed by an error. */
export function failed(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.setAttribute('error.type', errorType(error));
  span.recordException(error instanceof Error ? error : message);
}

/** What kind of error it is: its code, or else its name. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
