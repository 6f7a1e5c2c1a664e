import type {
  AttemptWatch,
  RunWatch,
  SeenAttempt,
  SeenCall,
  SeenDeparture,
  SeenRun,
} from '@holdfast/core/adapter';
import { type Context, context, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import type { Metrics } from '../metrics/metrics.js';
import { AttemptSpan } from './attempt-span.js';
import { callAttributes, callName, runAttributes } from './attributes.js';
import { carriedContext, contextOfRun } from './carried-context.js';
import { failed } from './failure.js';

/** Calls that give something to somebody else, or get it. */
const KINDS: Partial<Record<SeenCall['kind'], SpanKind>> = {
  send: SpanKind.PRODUCER,
  receive: SpanKind.CONSUMER,
};

/**
 * The spans of a run while it is in this process's hands.
 *
 * HAZARD: a process that is killed never ends the spans it has open, so nobody gets to see them, and what hangs on them hangs
 * in the air. So the span that others hang on is over at once: it says that the run was taken up. That of the whole run is
 * made when the run has ended, by whoever had it last.
 */
export class RunSpans implements RunWatch {
  readonly #tracer: Tracer;
  readonly #metrics: Metrics;
  readonly #run: SeenRun;
  /** What the run was recorded with. */
  readonly #root: Context;
  /** What spans of this process hang on. */
  readonly #here: Context;
  readonly #takenUpAtMs = Date.now();
  readonly #attempts = new Set<AttemptSpan>();

  constructor(tracer: Tracer, run: SeenRun, metrics: Metrics) {
    this.#metrics = metrics;
    metrics.takenUp(run);
    this.#tracer = tracer;
    this.#run = run;
    const root = contextOfRun(run);
    // That of a first time shows how long the run has waited for it.
    const startTime = this.#takenUpAtMs - (run.epoch <= 1 ? run.ageMs : 0);
    const options = { kind: SpanKind.CONSUMER, attributes: runAttributes(run), startTime };
    const span = tracer.startSpan(`take up ${run.workflow}`, options, root);
    // Without an SDK, what is given back is what the new span should have hung on. Nothing is to come of that.
    const isReal = span.spanContext().spanId !== trace.getSpanContext(root)?.spanId;
    this.#root = isReal ? root : ROOT_CONTEXT;
    this.#here = isReal ? trace.setSpan(root, span) : ROOT_CONTEXT;
    span.end(this.#takenUpAtMs);
  }

  within<T>(work: () => T): T {
    return context.with(this.#here, work);
  }

  attempt(step: SeenAttempt): AttemptWatch {
    const attributes = callAttributes(this.#run, step);
    const within = this.#nearest();
    const span = this.#tracer.startSpan(callName(step), { attributes }, within);
    const attempt = new AttemptSpan(span, {
      parent: within,
      metrics: this.#metrics,
      of: { workflow: this.#run.workflow, kind: step.kind, name: step.name },
      over: () => this.#attempts.delete(attempt),
    });
    this.#attempts.add(attempt);
    return attempt;
  }

  called(call: SeenCall): void {
    const endMs = Date.now();
    const startTime = endMs - call.madeAgoMs;
    // A call that was made before this process had the run belongs to the run, and not to what happened here.
    const parent = startTime < this.#takenUpAtMs ? this.#root : this.#nearest();
    const from = trace.getSpanContext(carriedContext(call.traceContext));
    const options = {
      kind: KINDS[call.kind] ?? SpanKind.INTERNAL,
      attributes: callAttributes(this.#run, call),
      startTime,
      ...(from && { links: [{ context: from }] }),
    };
    const span = this.#tracer.startSpan(callName(call), options, parent);
    if (call.error !== undefined) failed(span, call.error);
    span.end(endMs);
  }

  left(how: SeenDeparture): void {
    for (const attempt of this.#attempts) attempt.abandoned();
    const { workflow, startedAgoMs, ageMs } = this.#run;
    // A fork is as old as the run that it was forked from; its span is not.
    const startTime = this.#takenUpAtMs - Math.min(startedAgoMs, ageMs);
    this.#metrics.left(this.#run, how.kind, Date.now() - startTime);
    if (how.kind !== 'succeeded' && how.kind !== 'failed' && how.kind !== 'cancelled') return;
    const attributes = { ...runAttributes(this.#run), 'holdfast.run.state': how.kind };
    const span = this.#tracer.startSpan(`run ${workflow}`, { attributes, startTime }, this.#root);
    if (how.kind === 'failed') failed(span, how.error);
    span.end();
  }

  /** The span that the workflow's code made for itself, if it is in one; else that of this process. */
  #nearest(): Context {
    const active = context.active();
    const traceId = trace.getSpanContext(this.#here)?.traceId;
    return traceId !== undefined && trace.getSpanContext(active)?.traceId === traceId ? active : this.#here;
  }
}
