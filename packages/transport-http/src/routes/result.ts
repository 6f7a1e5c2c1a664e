import { cancelledOutcome, engineOf, isHoldfastError, type RunStatus } from '@holdfast/core/internal';
import { jsonResponse, jsonText } from '../json-response.js';
import { COME_AGAIN } from '../problem.js';
import { runResource, usableRun } from '../run-resource.js';
import { waitMsOf } from '../wait.js';
import type { Route, Server } from './server.js';

/** How a run came out; waits for it as long as it is asked to, and answers 202 if it has not ended by then. */
export const result: Route = async (server, { runId, grant, url, signal }) => {
  const { app, exposure } = server;
  const timeoutMs = waitMsOf(url, server.longestWaitMs);
  const run = await usableRun(app, exposure, runId, grant);
  const look = () => engineOf(app).onlooker.outcome(runId, { timeoutMs, signal });
  const outcome = await (timeoutMs > 0 ? server.readers.during(look) : look());
  if (outcome) return jsonText(outcomeText(outcome, server));
  return jsonResponse(runResource({ ...run, state: run.state }, exposure), { status: 202, ...COME_AGAIN });
};

/** The result is passed on as it is stored: plain JSON, as any language would write it. */
function outcomeText(outcome: RunStatus, server: Server): string {
  const { id, state, output } = outcome;
  const start = `{"id":${JSON.stringify(id)},"state":"${state}"`;
  if (state === 'succeeded' && output) return `${start},"result":${output.json}}`;
  return `${start},"error":${JSON.stringify(shownError(outcome, server))}}`;
}

/** Of an error no more than its code: a message may say anything. The server may show more. */
function shownError(
  { id, error: payload }: RunStatus,
  { app, showError }: Server,
): { readonly code: string | null; readonly message?: string } {
  const error = payload ? decoded(payload, app) : cancelledOutcome(id);
  const { code } = Object(error) as { readonly code?: unknown };
  const message = showError(error);
  return { code: typeof code === 'string' ? code : null, ...(message !== undefined && { message }) };
}

function decoded(payload: NonNullable<RunStatus['error']>, app: Server['app']): unknown {
  try {
    return engineOf(app).onlooker.codec.decode(payload);
  } catch (error) {
    // Of a class that is not known here.
    if (isHoldfastError(error, 'UNSUPPORTED')) return JSON.parse(payload.json) as unknown;
    throw error;
  }
}
