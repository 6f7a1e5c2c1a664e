export type { Access, Authorize, Grant } from './access.js';
export { type HttpHandler, httpHandler } from './handler.js';
export type { HttpApi, HttpApp, HttpOptions, Startable } from './options.js';
export type { ProblemCode, ProblemDetails } from './problem.js';
export type { Limiter, RateLimit } from './rate-limit.js';
export type { RunResource } from './run-resource.js';
