import { engineOf, isHoldfastError, MAIL, type StoredStreamValue } from '@holdfast/core/internal';
import { END_ID, type Frames, wantsEvents } from '../event-stream.js';
import { jsonText } from '../json-response.js';
import { Problem } from '../problem.js';
import { usableRun } from '../run-resource.js';
import { waitMsOf } from '../wait.js';
import { follow } from './follow.js';
import type { Asked, Route, Server } from './server.js';

/** The values of a stream from a position on: a part of them, or all as they come, as server-sent events. */
export const stream: Route = async (server, asked) => {
  const { [MAIL]: definition } = server.exposure.stream(asked.name);
  const from = positionOf(asked.url.searchParams.get('from') ?? '0');
  await usableRun(server.app, server.exposure, asked.runId, asked.grant);
  if (!wantsEvents(asked.request)) return part(server, asked, definition.name, from);
  const { 'last-event-id': lastId } = Object.fromEntries(asked.request.headers);
  if (lastId && lastId !== END_ID) positionOf(lastId);
  return follow(server, asked, (last, signal) =>
    streamFrames(server, { ...asked, signal }, definition.name, last === null ? from : positionOf(last) + 1),
  );
};

async function part(
  server: Server,
  { runId, url, signal }: Asked,
  name: string,
  from: number,
): Promise<Response> {
  const timeoutMs = waitMsOf(url, server.longestWaitMs);
  const look = () => engineOf(server.app).onlooker.stream(runId, name, from, { timeoutMs, signal });
  const seen = await (timeoutMs > 0 ? server.readers.during(look) : look());
  const { values = [], isLast = false } = seen ?? {};
  return jsonText(`{"entries":[${values.map(entryText).join(',')}],"isLast":${isLast}}`);
}

function entryText({ position, value }: StoredStreamValue): string {
  return `{"position":${position},"value":${value.json}}`;
}

async function* streamFrames(
  { app, heartbeatMs }: Server,
  { runId, signal }: Pick<Asked, 'runId' | 'signal'>,
  name: string,
  from: number,
): Frames {
  let position = from;
  while (!signal.aborted) {
    const seen = await engineOf(app)
      .onlooker.stream(runId, name, position, { timeoutMs: heartbeatMs, signal })
      .catch(goneAs({ values: [], isLast: true }));
    if (signal.aborted) return;
    const { values = [], isLast = false } = seen ?? {};
    position += values.length;
    const frames = values.map(({ position, value }) => ({ id: String(position), data: value.json }));
    yield isLast ? [...frames, { id: END_ID, data: 'null' }] : frames;
    if (isLast) return;
  }
}

/** What is seen of a run that was deleted meanwhile. */
export function goneAs<Seen>(seen: Seen): (error: unknown) => Seen {
  return (error) => {
    if (isHoldfastError(error, 'RUN_NOT_FOUND')) return seen;
    throw error;
  };
}

/** @throws Problem INVALID_OPTION */
function positionOf(text: string): number {
  const position = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(position + 1)) return position;
  throw new Problem(400, 'INVALID_OPTION', `A position in a stream is a whole number from 0, not "${text}".`);
}
