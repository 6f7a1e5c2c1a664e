import { createHash } from 'node:crypto';
import { engineOf, MAIL, type Payload, type SeenEvent } from '@holdfast/core/internal';
import { END_ID, type Frames, nothingMore, wantsEvents } from '../event-stream.js';
import { jsonText } from '../json-response.js';
import { Problem } from '../problem.js';
import { usableRun } from '../run-resource.js';
import { waitMsOf } from '../wait.js';
import { follow } from './follow.js';
import type { Asked, Route, Server } from './server.js';
import { goneAs } from './stream.js';

/** The value of an event: the present one, or each as it is set, as server-sent events. */
export const event: Route = async (server, asked) => {
  const { [MAIL]: definition } = server.exposure.event(asked.name);
  await usableRun(server.app, server.exposure, asked.runId, asked.grant);
  if (!wantsEvents(asked.request)) return present(server, asked, definition.name);
  return follow(server, asked, (lastId, signal) =>
    eventFrames(server, { ...asked, signal }, definition.name, lastId),
  );
};

/** @throws Problem RUN_FINISHED if it will never be set. */
async function present(server: Server, { runId, url, signal }: Asked, name: string): Promise<Response> {
  const timeoutMs = waitMsOf(url, server.longestWaitMs);
  const look = () => engineOf(server.app).onlooker.event(runId, name, null, { timeoutMs, signal });
  const seen = await (timeoutMs > 0 ? server.readers.during(look) : look());
  if (seen?.value) return jsonText(`{"value":${seen.value.json}}`);
  if (seen?.isLast) throw new Problem(409, 'RUN_FINISHED', 'The run has ended, and never set this event.');
  return nothingMore();
}

async function* eventFrames(
  { app, heartbeatMs }: Server,
  { runId, signal }: Pick<Asked, 'runId' | 'signal'>,
  name: string,
  lastId: string | null,
): Frames {
  let known: Payload | null = null;
  let knownId = lastId;
  while (!signal.aborted) {
    const seen: SeenEvent | undefined = await engineOf(app)
      .onlooker.event(runId, name, known, { timeoutMs: heartbeatMs, signal })
      .catch(goneAs<SeenEvent | undefined>({ value: null, isLast: true }));
    if (signal.aborted) return;
    const { value, isLast }: SeenEvent = seen ?? { value: known, isLast: false };
    const id: string | null = value && idOf(value);
    const frames = value && id !== null && id !== knownId ? [{ id, data: value.json }] : [];
    if (value) [known, knownId] = [value, id];
    yield isLast ? [...frames, { id: END_ID, data: 'null' }] : frames;
    if (isLast) return;
  }
}

/** An event has no number: the id says which value it is, so that a reader who comes again is not told of it again. */
function idOf({ json, extra }: Payload): string {
  return createHash('sha256')
    .update(JSON.stringify([json, extra]))
    .digest('base64url')
    .slice(0, 16);
}
