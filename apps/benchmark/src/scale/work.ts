import { createRegistry, Holdfast, queue, sleep, step, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { quantile } from '../measure/statistics.js';
import { type Executed, explainingPool } from './explaining-pool.js';

/** How a statement of the engine fared. */
export interface Worked {
  readonly statement: string;
  readonly times: number;
  readonly medianMs: number;
  readonly mostMs: number;
  readonly mostPages: number;
  readonly indexes: readonly string[];
  readonly scanned: readonly string[];
}

const RUNS = 50;

/** Lets an app work on the tables for a while: starts, steps, queues, parked runs, prunes, and all its chores. */
export async function work(url: string): Promise<readonly Worked[]> {
  const told: Executed[] = [];
  const pool = explainingPool(url, (executed) => told.push(executed));
  const names = new Map<string, string>();
  const query = pool.query.bind(pool) as (given: unknown) => Promise<unknown>;
  // The server is told the name of a statement only when it is prepared, and does not repeat it.
  Object.assign(pool, {
    query: (given: { readonly name?: string; readonly text: string }) => {
      if (given.name) names.set(given.text, given.name);
      return query(given);
    },
  });
  await appWorks(new Holdfast({ ...definitions(), store: postgres(pool) }));
  await pool.end();
  return worked(told, names);
}

const registry = createRegistry();
const steps = workflow('scale-steps', { registry }, async (n: number) => {
  for (let at = 0; at < 5; at++) await step.run('step', () => n);
  return n;
});
const sleeps = workflow('scale-sleeps', { registry }, async () => sleep('5s'));
const jobs = queue('scale-jobs', { registry, concurrency: 20 });

function definitions() {
  return { registry, retention: { after: '85 days', workflow: 'chargeback' } } as const;
}

async function appWorks(app: Holdfast): Promise<void> {
  await app.launch();
  const several = Array.from({ length: RUNS }, (_, n): [number] => [n]);
  for (const args of several.slice(0, 10)) await (await app.start(steps, args)).result();
  await Promise.all(several.map(async (args) => (await app.start(steps, args)).result()));
  await Promise.all(several.map(async (args) => (await app.start(steps, args, { queue: jobs })).result()));
  const handles = await app.startMany(steps, several, { queue: jobs });
  await Promise.all(handles.map((handle) => handle.result()));
  await (await app.start(sleeps, [])).result();
  const cancelled = await app.start(sleeps, []);
  await cancelled.cancel();
  await app.runs.prune({ after: '80 days', state: 'failed' }, { limit: 1000 });
  await app.shutdown();
}

function worked(told: readonly Executed[], names: ReadonlyMap<string, string>): readonly Worked[] {
  const byText = new Map<string, Executed[]>();
  for (const one of told) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
  return [...byText]
    .map(([text, all]) => ({
      statement:
        names.get(text)?.replace(/^holdfast_|_[0-9a-f]{12}$/g, '') ??
        text.trim().split('\n')[0]!.slice(0, 60),
      times: all.length,
      medianMs: quantile(
        all.map(({ ms }) => ms),
        0.5,
      ),
      mostMs: Math.max(...all.map(({ ms }) => ms)),
      mostPages: Math.max(...all.map(({ pages }) => pages)),
      indexes: [...new Set(all.flatMap(({ indexes }) => indexes))].sort(),
      scanned: [...new Set(all.flatMap(({ scanned }) => scanned))].sort(),
    }))
    .sort((a, b) => b.mostPages - a.mostPages);
}

export function workTable(all: readonly Worked[]): string {
  const lines = all.map(
    ({ statement, times, medianMs, mostMs, mostPages, indexes, scanned }) =>
      `| ${statement} | ${times} | ${medianMs.toFixed(2)} | ${mostMs.toFixed(1)} | ${mostPages} | ` +
      `${[...scanned.map((table) => `all of ${table}`), ...indexes].join(', ')} |`,
  );
  return [
    '| statement | times | ms, median | most | most pages | by |',
    '|---|--:|--:|--:|--:|---|',
    ...lines,
    '',
  ].join('\n');
}
