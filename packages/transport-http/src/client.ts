// For browsers and anywhere else: nothing of Node, and nothing of the engine but types.

export type { ApiOf, BodyOf, ResultOf } from './client/api-types.js';
export type { AsJson } from './client/as-json.js';
export type { ClientOptions } from './client/connection.js';
export { HttpClientError, RunFailedError } from './client/errors.js';
export { type HttpClient, type HttpStartOptions, httpClient } from './client/http-client.js';
export type { HttpRun, Waiting } from './client/run.js';
export type { ProblemCode, ProblemDetails } from './problem.js';
export type { RunResource } from './run-resource.js';
