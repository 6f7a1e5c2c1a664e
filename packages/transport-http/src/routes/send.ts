import type { Channel } from '@holdfast/core/internal';
import { bodyOf } from '../body.js';
import { nothingMore } from '../event-stream.js';
import { idempotencyKeyOf, messageKeyOf } from '../idempotency.js';
import { usableRun } from '../run-resource.js';
import type { Route } from './server.js';

/** Sends a message to a run. With an idempotency key, exactly once. */
export const send: Route = async (server, { request, name, runId, grant }) => {
  const { app, exposure, limits, writers } = server;
  const channel = exposure.channel(name) as Channel<unknown>;
  const key = idempotencyKeyOf(request);
  const value = await bodyOf(request, limits);
  return writers.during(async () => {
    await usableRun(app, exposure, runId, grant);
    const options = key === undefined ? {} : { key: messageKeyOf(key, name) };
    await app.channel(channel).send(runId, value ?? null, options);
    return nothingMore();
  });
};
