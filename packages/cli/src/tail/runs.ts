import type { RunFilter, RunState, RunSummary } from '@holdfast/core';
import { isFinal } from '@holdfast/core/internal';
import { pagesOf } from '../runs/pages.js';
import { took } from '../runs/run-columns.js';
import { runJson, writeLines } from '../show/json.js';
import { paintState } from '../show/states.js';
import { padded, printable } from '../terminal/width.js';
import { clockText, type Following, lookUntil } from './following.js';

/**
 * What was recorded at a moment may be seen a while later, when its transaction is committed, and the clocks of machines differ:
 * so each look goes back this far, and what was seen before is left out.
 */
const BACK_MS = 10_000;

/** The most runs that have not ended whose changes are followed. */
const MOST_OPEN = 1000;

/** Shows runs of a filter as they are recorded, change and end. */
export async function followRuns(how: Following, filter: RunFilter, since: Date | undefined): Promise<void> {
  const watch = new Watch(how, filter, since ?? new Date(how.terminal.now()));
  // What there is already is no news, unless it was asked for.
  if (!since) await watch.look(false);
  if (!how.json) how.terminal.note(how.terminal.noteColours.dim('Following runs; Ctrl-C ends it.'));
  await lookUntil(how, async () => {
    await watch.look(true);
    return false;
  });
}

class Watch {
  readonly #how: Following;
  readonly #filter: RunFilter;
  /** How each run stood when it was last seen. */
  readonly #seen = new Map<string, RunState>();
  #fromMs: number;

  constructor(how: Following, filter: RunFilter, since: Date) {
    this.#how = how;
    this.#filter = filter;
    this.#fromMs = since.getTime();
  }

  /** Looks once. @param isTold whether what is new is shown. */
  async look(isTold: boolean): Promise<void> {
    const from = new Date(this.#fromMs - (isTold ? 0 : BACK_MS));
    const next = this.#how.terminal.now() - BACK_MS;
    const created = await this.#find({ createdAfter: from });
    const ended = await this.#find({ completedAfter: from });
    const open = [...this.#seen].flatMap(([id, state]) => (isFinal(state) ? [] : [id])).slice(-MOST_OPEN);
    const changed = open.length === 0 ? [] : await this.#find({ ids: open });
    const all = new Map([...created, ...ended, ...changed].map((run) => [run.id, run]));
    const news = [...all.values()].filter(({ id, state }) => this.#seen.get(id) !== state);
    for (const { id, state } of news) this.#seen.set(id, state);
    if (isTold) await this.#tell(news.sort((a, b) => momentOf(a).getTime() - momentOf(b).getTime()));
    this.#fromMs = Math.max(this.#fromMs, next);
  }

  async #find(more: RunFilter): Promise<readonly RunSummary[]> {
    const found: RunSummary[] = [];
    const query = { ...this.#filter, ...more, most: Number.POSITIVE_INFINITY };
    for await (const { runs } of pagesOf(this.#how.client, query)) found.push(...runs);
    return found;
  }

  async #tell(news: readonly RunSummary[]): Promise<void> {
    const { terminal, json } = this.#how;
    if (json) return writeLines(terminal, news.map(runJson));
    for (const run of news) await terminal.write(`${this.#line(run)}\n`);
  }

  #line(run: RunSummary): string {
    const { colours, now } = this.#how.terminal;
    const state = paintState(run.state, colours)(padded(run.state, 9));
    const time = isFinal(run.state) ? took(run, now()) : '';
    const head = `${colours.dim(clockText(momentOf(run)))}  ${state}  ${colours.bold(printable(run.workflow))}  ${printable(run.id)}`;
    return time === '' ? head : `${head}  ${colours.dim(time)}`;
  }
}

/** When what is told of a run happened, as far as it is kept. */
function momentOf({ state, createdAt, startedAt, completedAt }: RunSummary): Date {
  if (completedAt) return completedAt;
  return state === 'pending' ? createdAt : (startedAt ?? createdAt);
}
