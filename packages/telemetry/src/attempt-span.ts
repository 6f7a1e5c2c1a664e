import type { AttemptWatch } from '@holdfast/core/adapter';
import { type Context, context, type Span, trace } from '@opentelemetry/api';
import { errorType, failed } from './failure.js';

/** The span of an attempt of a step: from its beginning until what it came to is recorded. */
export class AttemptSpan implements AttemptWatch {
  readonly #span: Span;
  readonly #within: Context;
  readonly #over: () => void;

  constructor(span: Span, parent: Context, over: () => void) {
    this.#span = span;
    this.#within = trace.setSpan(parent, span);
    this.#over = over;
  }

  within<T>(work: () => T): T {
    return context.with(this.#within, work);
  }

  triedAgain(error: unknown): void {
    this.#span.addEvent('transaction tried again', { 'error.type': errorType(error) });
  }

  executed(result: Parameters<AttemptWatch['executed']>[0]): void {
    if (result.ok) this.#span.addEvent('executed');
    else failed(this.#span, result.error);
  }

  recorded(retryInMs?: number): void {
    if (retryInMs !== undefined) this.#span.setAttribute('holdfast.step.retry_in', retryInMs / 1000);
    this.#end();
  }

  /** The run left this process before the attempt was recorded. */
  abandoned(): void {
    this.#span.setAttribute('holdfast.step.abandoned', true);
    this.#end();
  }

  #end(): void {
    this.#over();
    this.#span.end();
  }
}
