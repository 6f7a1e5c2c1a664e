import type {
  Channel,
  Client,
  Duration,
  Event,
  Holdfast,
  Logger,
  Stream,
  Workflow,
} from '@holdfast/core/internal';
import type { Authorize } from './access.js';
import type { OpenApiOptions } from './openapi/options.js';
import type { RateLimit } from './rate-limit.js';
import type { Startable } from './startable.js';

/** What can serve requests: a launched app, or an open client. */
export type HttpApp = Holdfast | Client;

/** What can be reached over HTTP, by the names that it has in addresses. What is not named here cannot. */
export interface HttpApi {
  readonly workflows?: Readonly<Record<string, Workflow<never, unknown> | Startable>>;
  /** What runs of these workflows can be sent. */
  readonly channels?: Readonly<Record<string, Channel<unknown, never>>>;
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
  /** What the OpenAPI document says of the API as a whole. */
  readonly openapi?: OpenApiOptions;
}
