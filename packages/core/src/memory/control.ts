import {
  type ControlStore,
  type Expiry,
  type HeldRun,
  isFinal,
  type Overdue,
  type OverdueRun,
} from '../store/index.js';
import { cancelRun } from './operations.js';
import type { RunRow, Tables } from './tables.js';

/** Does something with the rows at one moment. */
type Ask = <T>(work: (tables: Tables, nowMs: number) => T) => Promise<T>;

/** Ends runs in memory from outside. */
export class MemoryControl implements ControlStore {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  cancelTrees(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#ask((tables, nowMs) =>
      treeOf(tables, runIds).filter((id) => cancelRun(tables, id, nowMs, { isNamed: runIds.includes(id) })),
    );
  }

  /** A batch is written at one moment. */
  busy(): Promise<readonly string[]> {
    return this.#ask(() => []);
  }

  overdue(limit: number): Promise<Overdue> {
    return this.#ask((tables, nowMs) => {
      const limited = [...tables.all()].flatMap(({ id, state, deadlineMs }): OverdueRun[] =>
        deadlineMs === null || isFinal(state) ? [] : [{ id, deadlineMs }],
      );
      limited.sort((a, b) => a.deadlineMs - b.deadlineMs);
      const runs = limited.filter(({ deadlineMs }) => deadlineMs <= nowMs).slice(0, limit);
      const next = limited[runs.length];
      return Object.freeze({ runs, nextInMs: next ? Math.max(0, next.deadlineMs - nowMs) : null });
    });
  }

  expire(expiries: readonly Expiry[]): Promise<readonly string[]> {
    return this.#ask((tables, nowMs) =>
      expiries.flatMap(({ runId, error }) => {
        const run = tables.run(runId);
        const isOverdue = run?.deadlineMs != null && run.deadlineMs <= nowMs;
        return isOverdue && cancelRun(tables, runId, nowMs, { error }) ? [runId] : [];
      }),
    );
  }

  lost(held: readonly HeldRun[]): Promise<readonly string[]> {
    return this.#ask((tables) =>
      held.flatMap(({ id, epoch }) => {
        const run = tables.run(id);
        return run?.state === 'running' && run.epoch === epoch ? [] : [id];
      }),
    );
  }
}

/** The ids of these runs and of all below them, without what was detached. */
export function treeOf(tables: Tables, rootIds: readonly string[]): readonly string[] {
  const children = new Map<string, RunRow[]>();
  for (const run of tables.all()) {
    if (run.parentId === null || run.isDetached) continue;
    const siblings = children.get(run.parentId) ?? [];
    children.set(run.parentId, siblings);
    siblings.push(run);
  }
  const found = new Set(rootIds);
  // What is added is visited too.
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child.id);
  return [...found];
}
