import {
  isFinal,
  type NotedWait,
  type WaitPosition,
  type WaitStore,
  type WaitsSwept,
} from '../store/index.js';
import type { MailTables } from './mail.js';
import type { Tables } from './tables.js';
import { held, signal } from './writes.js';

/** Does something with the rows at one moment. */
type Ask = <T>(work: (tables: Tables, mail: MailTables, nowMs: number) => T) => Promise<T>;

/** What parked runs wait for of other runs, in memory. */
export function waitStore(ask: Ask): WaitStore {
  return {
    note: (runs) =>
      ask((tables, mail) =>
        runs.flatMap(({ runId, epoch, waits }) => {
          if (held(tables, { runId, epoch })) tables.awaited.note(runId, waits);
          return waits.some((wait) => hasComeAbout(tables, mail, wait)) ? [runId] : [];
        }),
      ),
    wake: (limit) =>
      ask((tables, mail, nowMs) => {
        const news = tables.awaited.takeNews(limit);
        const waiters = new Set(news.flatMap((id) => tables.awaited.waitersFor(id)));
        const woken = [...waiters].filter((id) => wake(tables, mail, id, { news, nowMs }));
        return Object.freeze({ runs: woken.length, hasMore: tables.awaited.hasNews });
      }),
    sweep: (after, limit) => ask((tables, mail) => sweep(tables, mail, { after, limit })),
  };
}

/** Tells a run of what has come about. Answers whether it is due by that. */
function wake(
  tables: Tables,
  mail: MailTables,
  runId: string,
  { news, nowMs }: { readonly news: readonly string[]; readonly nowMs: number },
): boolean {
  const waits = tables.awaited.of(runId);
  const open = waits.filter((wait) => !news.includes(wait.targetId) || !hasComeAbout(tables, mail, wait));
  if (open.length === waits.length) return false;
  tables.awaited.note(runId, open);
  signal(tables, runId, nowMs);
  return tables.run(runId)?.state === 'waiting';
}

function sweep(
  tables: Tables,
  mail: MailTables,
  { after, limit }: { readonly after: WaitPosition | null; readonly limit: number },
): WaitsSwept {
  const later = tables.awaited
    .all()
    .filter(({ runId, wait }) => after === null || isLater(runId, wait.seq, after));
  const looked = later.slice(0, limit);
  for (const { runId, wait } of looked) {
    if (hasComeAbout(tables, mail, wait)) tables.awaited.happened(wait.targetId);
    if (isOver(tables, runId)) tables.awaited.note(runId, []);
  }
  const last = looked.at(-1);
  const next = last && later.length > limit ? Object.freeze({ runId: last.runId, seq: last.wait.seq }) : null;
  return Object.freeze({ next, hasNews: tables.awaited.hasNews });
}

function isLater(runId: string, seq: number, after: WaitPosition): boolean {
  return runId === after.runId ? seq > after.seq : runId > after.runId;
}

/** Whether what is waited for is there, or will never be. */
function hasComeAbout(tables: Tables, mail: MailTables, wait: NotedWait): boolean {
  if (isOver(tables, wait.targetId)) return true;
  switch (wait.kind) {
    case 'result':
      return false;
    case 'event':
      return mail.events(wait.targetId, wait.name).length > 0;
    case 'stream': {
      const { values, isClosed } = mail.stream(wait.targetId, wait.name);
      return isClosed || values.length > wait.position;
    }
  }
}

function isOver(tables: Tables, runId: string): boolean {
  const run = tables.run(runId);
  return !run || isFinal(run.state);
}
