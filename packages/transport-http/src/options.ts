import type {
  Channel,
  Client,
  Duration,
  Event,
  Holdfast,
  Logger,
  StartOptions,
  Stream,
  Workflow,
} from '@holdfast/core/internal';
import type { Authorize, Grant } from './access.js';
import type { RateLimit } from './rate-limit.js';

/** What can serve requests: a launched app, or an open client. */
export type HttpApp = Holdfast | Client;

/** A workflow that can be started over HTTP, with how its runs are started. */
export interface Startable<Flow extends Workflow<never, unknown> = Workflow<never, unknown>> {
  readonly workflow: Flow;
  /** The arguments that a body stands for. Default: the body is the one argument, and no body is none. */
  readonly args?: (body: unknown) => Readonly<Parameters<Flow>>;
  /** How runs are started: their queue, priority, tags. `id` is given by the idempotency key if there is one. */
  readonly start?: StartOptions | ((request: Request, grant: Grant) => StartOptions);
  /** Whether a request without an `Idempotency-Key` is refused. Default false. */
  readonly needsKey?: boolean;
}

/** What can be reached over HTTP, by the names that it has in addresses. What is not named here cannot. */
export interface HttpApi {
  readonly workflows?: Readonly<Record<string, Workflow<never, unknown> | Startable>>;
  /** What runs of these workflows can be sent. */
  readonly channels?: Readonly<Record<string, Channel<never, never>>>;
  /** What they show. */
  readonly events?: Readonly<Record<string, Event<unknown, never>>>;
  readonly streams?: Readonly<Record<string, Stream<unknown, never>>>;
}

/** Options of {@link httpHandler}. */
export interface HttpOptions {
  /** Who may do what. There is no default: `() => true` lets everybody in. */
  readonly authorize: Authorize;
  /** The path under which the handler is mounted: `'/api/runs'`. Default: the root. */
  readonly basePath?: string;
  /** The longest body, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** How deep lists and objects of a body may be nested. Default 64. */
  readonly maxBodyDepth?: number;
  /** The most starts, messages and cancels under way at a time; more are answered with 503. Default 1000. */
  readonly concurrency?: number;
  /** The most requests that wait or follow at a time; more are answered with 503. Default 10,000. */
  readonly readers?: number;
  /** The longest that a request waits for a result or an event. Default `'30s'`. */
  readonly longestWait?: Duration;
  /** How often a word is sent on a silent event stream, so that both sides see that the other is there. Default `'15s'`. */
  readonly heartbeat?: Duration;
  /** How many requests may come from whom. Default: any number. */
  readonly rateLimit?: RateLimit;
  /** What is shown of the error of a run that failed, beside its code. Default: nothing. */
  readonly showError?: (error: unknown) => string | undefined;
  /** Where errors go that callers are not told of. Default: says nothing. */
  readonly logger?: Logger;
}
