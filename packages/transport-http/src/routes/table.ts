import type { Access } from '../access.js';
import { cancel } from './cancel.js';
import { describe } from './describe.js';
import { event } from './event.js';
import { result } from './result.js';
import { send } from './send.js';
import type { Route } from './server.js';
import { start } from './start.js';
import { status } from './status.js';
import { stream } from './stream.js';

/** What is served at an address. */
export interface Served {
  readonly method: 'GET' | 'POST';
  /** Under the base path. */
  readonly path: string;
  readonly action: Access['action'];
  readonly route: Route;
}

/** All that is served. */
export const ROUTES: readonly Served[] = [
  { method: 'GET', path: '/openapi.json', action: 'describe', route: describe },
  { method: 'POST', path: '/workflows/:name/runs', action: 'start', route: start },
  { method: 'GET', path: '/runs/:runId', action: 'status', route: status },
  { method: 'GET', path: '/runs/:runId/result', action: 'result', route: result },
  { method: 'POST', path: '/runs/:runId/cancel', action: 'cancel', route: cancel },
  { method: 'POST', path: '/runs/:runId/channels/:name', action: 'send', route: send },
  { method: 'GET', path: '/runs/:runId/events/:name', action: 'event', route: event },
  { method: 'GET', path: '/runs/:runId/streams/:name', action: 'stream', route: stream },
];

/** The methods that an address takes, by its path. */
export function methodsByPath(): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of ROUTES) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  return byPath;
}
