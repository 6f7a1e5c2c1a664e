import type { AttemptWatch } from '@holdfast/core/adapter';
import { type Context, context, type Span, trace } from '@opentelemetry/api';
import type { Metrics } from '../metrics/metrics.js';
import { errorType, failed } from './failure.js';

/** What an attempt's span belongs to. */
export interface AttemptSpanParts {
  /** What it hangs on. */
  readonly parent: Context;
  readonly metrics: Metrics;
  readonly of: { readonly workflow: string; readonly kind: string; readonly name: string };
  /** It has ended. */
  readonly over: () => void;
}

/** The span of an attempt of a step: from its beginning until what it came to is recorded. */
export class AttemptSpan implements AttemptWatch {
  readonly #span: Span;
  readonly #parts: AttemptSpanParts;
  readonly #within: Context;
  readonly #begunAtMs = performance.now();

  constructor(span: Span, parts: AttemptSpanParts) {
    this.#span = span;
    this.#parts = parts;
    this.#within = trace.setSpan(parts.parent, span);
  }

  within<T>(work: () => T): T {
    return context.with(this.#within, work);
  }

  triedAgain(error: unknown): void {
    this.#span.addEvent('transaction tried again', { 'error.type': errorType(error) });
  }

  executed(result: Parameters<AttemptWatch['executed']>[0]): void {
    const tookMs = performance.now() - this.#begunAtMs;
    const { metrics, of } = this.#parts;
    metrics.attempted(of, tookMs, result.ok ? undefined : errorType(result.error));
    if (result.ok) this.#span.addEvent('executed');
    else failed(this.#span, result.error);
  }

  recorded(retryInMs?: number): void {
    const { metrics, of } = this.#parts;
    if (retryInMs !== undefined) {
      metrics.retried(of);
      this.#span.setAttribute('holdfast.step.retry_in', retryInMs / 1000);
    }
    this.#end();
  }

  /** The run left this process before the attempt was recorded. */
  abandoned(): void {
    this.#span.setAttribute('holdfast.step.abandoned', true);
    this.#end();
  }

  #end(): void {
    this.#parts.over();
    this.#span.end();
  }
}
