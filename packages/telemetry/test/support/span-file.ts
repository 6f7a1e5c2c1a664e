import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** A span as another process left it in a file. */
export interface FiledSpan {
  readonly pid: number;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly string[];
}

/** Writes each span to a file as it ends: what is there survives a kill. */
export function exportToFile(file: string): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) appendFileSync(file, `${JSON.stringify(filed(span))}\n`);
      done({ code: ExportResultCode.SUCCESS });
    },
    shutdown: () => Promise.resolve(),
  };
}

export function filed(span: ReadableSpan): FiledSpan {
  const { name, attributes, links } = span;
  const { traceId, spanId } = span.spanContext();
  const parentId = span.parentSpanContext?.spanId;
  const linked = links.map((link) => link.context.spanId);
  return { pid: process.pid, name, traceId, spanId, parentId, attributes, links: linked };
}

export function readSpans(file: string): FiledSpan[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FiledSpan);
}
