import type { NotedWait } from '../store/index.js';

/** What parked runs wait for of others, and of which of those something happened that nobody was told of yet. */
export class Awaited {
  readonly #waits = new Map<string, readonly NotedWait[]>();
  readonly #waiters = new Map<string, Set<string>>();
  readonly #news = new Set<string>();

  /** Notes what a run waits for, in place of what was noted before. */
  note(runId: string, waits: readonly NotedWait[]): void {
    for (const { targetId } of this.of(runId)) {
      const waiters = this.#waiters.get(targetId);
      waiters?.delete(runId);
      if (waiters?.size === 0) this.#waiters.delete(targetId);
    }
    this.#waits.delete(runId);
    if (waits.length > 0)
      this.#waits.set(runId, Object.freeze(waits.map((wait) => Object.freeze({ ...wait }))));
    for (const { targetId } of waits) {
      this.#waiters.set(targetId, (this.#waiters.get(targetId) ?? new Set()).add(runId));
    }
  }

  of(runId: string): readonly NotedWait[] {
    return this.#waits.get(runId) ?? [];
  }

  /** The runs that wait for something of this one. */
  waitersFor(targetId: string): string[] {
    return [...(this.#waiters.get(targetId) ?? [])];
  }

  /** Something happened to a run. Answers whether anybody waits for something of it. */
  happened(targetId: string): boolean {
    const isAwaited = this.#waiters.has(targetId);
    if (isAwaited) this.#news.add(targetId);
    return isAwaited;
  }

  /** Takes some of the runs that there is news of. */
  takeNews(limit: number): string[] {
    const taken = [...this.#news].slice(0, limit);
    for (const id of taken) this.#news.delete(id);
    return taken;
  }

  get hasNews(): boolean {
    return this.#news.size > 0;
  }

  /** All waits, by run and call. */
  all(): { readonly runId: string; readonly wait: NotedWait }[] {
    const all = [...this.#waits].flatMap(([runId, waits]) => waits.map((wait) => ({ runId, wait })));
    return all.sort((a, b) => (a.runId === b.runId ? a.wait.seq - b.wait.seq : a.runId < b.runId ? -1 : 1));
  }
}
