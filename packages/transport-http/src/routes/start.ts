import type { Client, RunHandle, StartOptions, Workflow } from '@holdfast/core/internal';
import { bodyOf } from '../body.js';
import type { Exposed } from '../exposure.js';
import { fingerprintOf, idempotencyKeyOf, runIdOf } from '../idempotency.js';
import { jsonResponse } from '../json-response.js';
import { Problem } from '../problem.js';
import { findRun, isOfTenant, runResource } from '../run-resource.js';
import type { Asked, Route, Server } from './server.js';

/** Starts a run. With an idempotency key, exactly once: however often it comes, it is the same run. */
export const start: Route = async (server, asked) => {
  const exposed = server.exposure.workflow(asked.name);
  const key = idempotencyKeyOf(asked.request);
  if (key === undefined && exposed.needsKey) {
    throw new Problem(
      400,
      'IDEMPOTENCY_KEY_MISSING',
      'Send an Idempotency-Key header with a text of your own making, and the same one when you try again.',
    );
  }
  const body = await bodyOf(asked.request, server.limits);
  return server.writers.during(() => startRun(server, asked, { exposed, key, body }));
};

interface StartsByDefinition {
  start(
    workflow: Workflow<never, unknown>,
    args: readonly unknown[],
    options: StartOptions,
  ): Promise<RunHandle>;
}

interface Order {
  readonly exposed: Exposed;
  readonly key: string | undefined;
  readonly body: unknown;
}

async function startRun(server: Server, asked: Asked, order: Order): Promise<Response> {
  const { app, exposure, basePath } = server;
  const { exposed, body } = order;
  const args = exposed.args ? exposed.args(body as never) : body === undefined ? [] : [body];
  const options = startOptions(asked, order);
  // The two sorts of apps start a workflow's runs alike.
  const { start }: StartsByDefinition = app as Client;
  const handle = await start.call(app, exposed.workflow, args, options);
  const run = await findRun(app, exposure, handle.id);
  const isJoined = handle.id !== options.id;
  if (
    !run ||
    !isOfTenant(run, asked.grant) ||
    (isJoined && options.id && asked.grant.mayUse?.(run) === false)
  ) {
    throw new Problem(409, 'DUPLICATE_RUN', 'A run that is not yours stands in the way of this one.');
  }
  if (order.key !== undefined && !isJoined) checkSameBody(run.tags['http'], body);
  return jsonResponse(runResource(run, exposure), {
    status: 202,
    headers: { location: `${basePath}/runs/${encodeURIComponent(run.id)}` },
  });
}

/** What is kept of the request is written with the run, in its tags: so it is there exactly if the run is. */
function startOptions({ request, grant }: Asked, { exposed, key, body }: Order): StartOptions {
  const { start = {} } = exposed;
  const { tags, ...options } = typeof start === 'function' ? start(request, grant) : start;
  const own = {
    ...(grant.tenant !== undefined && { tenant: grant.tenant }),
    ...(key !== undefined && { http: { key, body: fingerprintOf(body) } }),
  };
  return {
    ...options,
    ...((tags !== undefined || Object.keys(own).length > 0) && { tags: { ...tags, ...own } }),
    ...(key !== undefined && { id: runIdOf(key, exposed.definition.name, grant.tenant) }),
  };
}

/** @throws Problem IDEMPOTENCY_KEY_REUSED */
function checkSameBody(recorded: unknown, body: unknown): void {
  if ((Object(recorded) as { readonly body?: unknown }).body === fingerprintOf(body)) return;
  throw new Problem(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key came before with another body. Use another key for another request.',
  );
}
