import { bodyOf } from '../body.js';
import { jsonResponse } from '../json-response.js';
import { usableRun } from '../run-resource.js';
import type { Route } from './server.js';

/** Cancels a run; with `{ "children": true }` in its body also what it started and did not detach. */
export const cancel: Route = async (server, { request, runId, grant }) => {
  const { children = false } = Object(await bodyOf(request, server.limits)) as {
    readonly children?: boolean;
  };
  return server.writers.during(async () => {
    await usableRun(server.app, server.exposure, runId, grant);
    return jsonResponse({ cancelled: await server.app.runs.cancel(runId, { children: children === true }) });
  });
};
