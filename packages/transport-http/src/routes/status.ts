import { jsonResponse } from '../json-response.js';
import { runResource, usableRun } from '../run-resource.js';
import type { Route } from './server.js';

/** Where a run stands. */
export const status: Route = async ({ app, exposure }, { runId, grant }) =>
  jsonResponse(runResource(await usableRun(app, exposure, runId, grant), exposure));
