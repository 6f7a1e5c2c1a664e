import type { Logger } from '@holdfast/core';
import { isSpanContextValid, trace } from '@opentelemetry/api';

/** What a log line is told apart by if a span is active, as OpenTelemetry names it. */
function activeTrace(): object | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return undefined;
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  return { trace_id: span.traceId, span_id: span.spanId, trace_flags: flags };
}

/**
 * The same logger, and each line says of which trace and span it is, where one is active: what the engine says of a run, and
 * what a workflow and its steps say through it.
 *
 * @example const logger = tracedLogger(pino());
 */
export function tracedLogger(logger: Logger): Logger {
  const traced = (fields: object): object => {
    const active = activeTrace();
    return active ? { ...fields, ...active } : fields;
  };
  return {
    debug: (fields, message) => logger.debug(traced(fields), message),
    info: (fields, message) => logger.info(traced(fields), message),
    warn: (fields, message) => logger.warn(traced(fields), message),
    error: (fields, message) => logger.error(traced(fields), message),
  };
}
